//! One piece of a batch on its way through the network and back.

use std::ops::Range;

use ndarray::{ArrayView2, Zip};
use spec::{Real, RowBuffer};

use crate::chain::{Chain, Trace};
use crate::layers::Mode;
use crate::matmul::foreground::Foreground;
use crate::network::{Shared, Task};
use crate::units::UnitOutputs;

/// Some rows of a batch, with what they leave in the layers.
pub(crate) struct Piece<T> {
    pub trace: Trace<T>,
    rows: usize,
    /// What differs from the background in the rows, for a first layer that is taken by units.
    foreground: Option<Foreground<T>>,
    /// Gradient of the input, `[rows, D_in]`; empty until somebody asks for it.
    input_gradient: RowBuffer<T>,
    /// Gradients of the parameters that are not left to [`Chain::unit_gradients`].
    pub gradients: Vec<T>,
    /// Sum of the losses of the rows.
    pub loss: f64,
}

/// What is asked for some rows of a batch.
pub(crate) struct Request<'x, 't, T> {
    /// Which rows of the batch they are.
    pub rows: Range<usize>,
    /// `[rows, D_in]`.
    pub x: ArrayView2<'x, T>,
    /// What the first layer gives for the whole batch, if that is there.
    pub first: Option<&'x [UnitOutputs<T>]>,
    pub task: Task<'t, T>,
    pub mode: Mode,
    /// Rows of the whole batch.
    pub batch: usize,
    /// Whether the gradient of the input is asked for.
    pub wants_input: bool,
}

impl<T: Real> Piece<T> {
    /// A piece of no rows yet.
    pub fn new(chain: &Chain<T>, d_in: usize) -> Self {
        let last = chain.taken(chain.depth() - 1);
        Self {
            trace: chain.trace(),
            rows: 0,
            foreground: None,
            input_gradient: RowBuffer::zeros(0, d_in),
            gradients: vec![T::zero(); last.end],
            loss: 0.0,
        }
    }

    /// Looks what of these rows differs from their background, for [`Piece::foreground`].
    pub fn look_at(&mut self, x: ArrayView2<T>) {
        let foreground = self
            .foreground
            .get_or_insert_with(|| Foreground::new(x.ncols()));
        foreground.take(x);
    }

    /// What was seen, if there is a background.
    pub fn foreground(&self) -> Option<&Foreground<T>> {
        self.foreground.as_ref().filter(|f| f.has_background())
    }

    /// Gradient of the input, `[rows, D_in]`.
    pub fn input_gradient(&self) -> ArrayView2<'_, T> {
        self.input_gradient.first(self.rows)
    }

    /// Forward, loss and backward for some rows of a batch, in layers that nobody else needs meanwhile.
    pub fn run(&mut self, chain: &mut Chain<T>, shared: &Shared<T>, request: Request<T>) {
        let Request {
            rows,
            x,
            first,
            task,
            mode,
            batch,
            wants_input,
        } = request;
        self.rows = x.nrows();
        let (w, trace) = (&shared.parameters, &mut self.trace);
        match first {
            Some(first) => chain.forward_behind(first, rows, w, x, trace, mode),
            None => chain.forward(w, x, trace, mode),
        }
        let (y, mut dy) = self.trace.last_output_and_gradient();
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
        chain.backward(task.order(), w, x, &mut self.trace, dx, dw);
    }
}
