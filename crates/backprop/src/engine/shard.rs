//! One shard of a batch on its way through the network and back.

use contract::{Batch, Real};
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use crate::engine::chain::{Activations, Chain};
use crate::engine::objective;
use crate::engine::request::{Request, Shared};
use crate::layers::layer::Mode;

/// Some rows of a batch, with what backpropagation leaves of them.
#[derive(Clone)]
pub(crate) struct Shard<T> {
    pub activations: Activations<T>,
    /// Gradients of the parameters that are not left to [`Chain::unit_gradients`].
    pub gradients: Vec<T>,
    /// Sum of the losses of the rows.
    pub loss: f64,
}

/// What is asked for some rows of a batch.
pub(crate) struct ShardInput<'a, 'b, T> {
    /// What goes into the chain, `[rows, D_in]`.
    pub x: ArrayView2<'a, T>,
    /// The samples with their targets.
    pub samples: Batch<'b, T>,
    /// Where the gradient of that goes, if it is asked for.
    pub dx: Option<ArrayViewMut2<'a, T>>,
    pub request: Request,
    pub mode: Mode,
    /// Losses of the whole batch, over which the mean is taken.
    pub losses: usize,
}

impl<T: Real> Shard<T> {
    /// A shard of no rows yet.
    pub fn new(chain: &Chain<T>) -> Self {
        Self {
            activations: chain.activations(),
            gradients: vec![T::zero(); chain.shard_gradients()],
            loss: 0.0,
        }
    }

    /// Forward, loss and backward for some rows of a batch, in layers that nobody else needs
    /// meanwhile.
    pub fn run(&mut self, chain: &mut Chain<T>, shared: &Shared<T>, input: ShardInput<T>) {
        let ShardInput {
            x,
            samples,
            dx,
            request,
            mode,
            losses,
        } = input;
        let w = shared.of_chain();
        chain.set_lengths(samples.lengths);
        chain.set_continues(samples.continues);
        chain.forward(w, x, &mut self.activations, mode);
        let (y, mut dy) = self.activations.last_output_and_gradient();
        let (loss, mean) = (&*shared.loss, T::of(1.0 / losses as f64));
        match request {
            Request::Loss => {
                self.loss = objective::forward(loss, y, samples);
                return;
            }
            Request::LossGradient => {
                self.loss = objective::forward(loss, y, samples);
                objective::gradient(loss, y, samples, mean, dy);
            }
            Request::Curvature => objective::curvature(loss, y, samples, mean, dy),
            Request::Gradient => {
                let products = Zip::from(y).and(samples.t);
                self.loss = products.fold(0.0, |sum, &y, &dy| sum + y.f64() * dy.f64());
                dy.assign(&samples.t);
            }
        }
        self.gradients.fill(T::zero());
        let dw = &mut self.gradients;
        chain.backward(request.order(), w, x, &mut self.activations, dx, dw);
    }
}
