//! One piece of a batch on its way through the network and back.

use ndarray::{ArrayView2, Zip};
use spec::model::PlannedLayer;
use spec::{Real, RowBuffer, Streams};

use crate::layers::Mode;
use crate::network::{Shared, Task};
use crate::sequence::{Build, Sequence};

/// Some rows of a batch, with layers and buffers of their own.
pub(crate) struct Piece<T> {
    pub sequence: Sequence<T>,
    rows: usize,
    /// Gradient of the input, `[rows, D_in]`; empty until somebody asks for it.
    input_gradient: RowBuffer<T>,
    /// Gradients of the parameters that are not left to [`Sequence::unit_gradients`].
    pub gradients: Vec<T>,
    /// Sum of the losses of the rows.
    pub loss: f64,
}

impl<T: Real> Piece<T> {
    /// A piece of no rows yet.
    pub fn new(plan: &[PlannedLayer], streams: Streams, build: Build<T>) -> Self {
        let sequence = Sequence::new(plan, streams, build).leaving_units();
        let last = sequence.taken(sequence.depth() - 1);
        Self {
            rows: 0,
            input_gradient: RowBuffer::zeros(0, plan[0].inputs()),
            gradients: vec![T::zero(); last.end],
            sequence,
            loss: 0.0,
        }
    }

    /// Gradient of the input, `[rows, D_in]`.
    pub fn input_gradient(&self) -> ArrayView2<'_, T> {
        self.input_gradient.first(self.rows)
    }

    /// Forward, loss and backward for these rows of a batch of `batch` rows.
    pub fn run(
        &mut self,
        shared: &Shared<T>,
        x: ArrayView2<T>,
        task: Task<T>,
        mode: Mode,
        batch: usize,
        wants_input: bool,
    ) {
        self.rows = x.nrows();
        self.sequence.forward(&shared.parameters, x, mode);
        let (y, mut dy) = self.sequence.last_output_and_gradient();
        match task {
            Task::Loss(t) => {
                self.loss = shared.loss.forward(y, t);
                return;
            }
            Task::LossGradient(t) => {
                self.loss = shared.loss.forward(y, t);
                shared.loss.backward(y, t, T::of(1.0 / batch as f64), dy);
            }
            Task::Curvature(t) => {
                shared.loss.curvature(y, t, T::of(1.0 / batch as f64), dy);
            }
            Task::Gradient(upstream) => {
                let products = Zip::from(y).and(upstream);
                self.loss = products.fold(0.0, |sum, &y, &dy| sum + y.f64() * dy.f64());
                dy.assign(&upstream);
            }
        }
        let dx = wants_input.then(|| {
            self.input_gradient.make_room(self.rows);
            self.input_gradient.first_mut(self.rows)
        });
        self.gradients.fill(T::zero());
        let (w, dw) = (&shared.parameters, &mut self.gradients);
        self.sequence.backward(task.order(), w, x, dx, dw);
    }
}
