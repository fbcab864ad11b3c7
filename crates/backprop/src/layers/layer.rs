//! What a layer is: a differentiable function of a batch, forward and backward.

use contract::Real;
use ndarray::{Array3, ArrayView2, ArrayViewMut2};

use super::units::UnitGradients;

/// A differentiable function `$y = f(x; w)$` of one batch.
///
/// A layer does not own its parameters: the network keeps those of all layers in one flat vector
/// and gives each layer its own, `w`. So a layer is cheap to have once for each thread, and what
/// its `backward` needs besides `x` and `y` it may keep in itself: no other rows come between.
pub trait Layer<T: Real>: Send + Sync {
    /// Computes `y` `[N, D_out]` from `x` `[N, D_in]`.
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, mode: Mode);

    /// Computes `dx` `[N, D_in]`, unless nobody needs it, and adds to `dw`, from the upstream
    /// gradient and what went in and out of `forward`. Of a layer with [`Layer::units`], `dw` may
    /// be empty: then [`Layer::unit_gradients`] is asked later.
    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]);

    /// The second backward pass of LeCun et al. 1998, appendix C: from the curvatures `$\partial^2
    /// L / \partial y_j^2$` (in `pass.dy`) those of the input and, added to `dw`, of the
    /// parameters, without the terms off the diagonal and the second derivative of `f`:
    ///
    /// ```math
    /// \frac{\partial^2 L}{\partial x_i^2} \approx \sum_j \frac{\partial^2 L}{\partial y_j^2}
    ///   \left(\frac{\partial y_j}{\partial x_i}\right)^2
    /// ```
    ///
    /// # Panics
    /// In a layer without one; the check of a config asks [`spec::layers::Layer::has_curvature`]
    /// before.
    fn curvature(&mut self, _: &[T], _: Pass<T>, _: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        unimplemented!("Layer::has_curvature says which layers have a second backward pass")
    }

    /// Units whose gradients can be taken each by itself, over the whole batch, so that many
    /// threads share them without a gradient of their own each; 0 where `backward` takes all at
    /// once.
    fn units(&self) -> usize {
        0
    }

    /// Adds the gradients of some units' parameters, as `backward` would to `dw`, or as `curvature`
    /// would. Another thread's layer of the same plan may have gone through these rows, so that
    /// nothing kept of them can be relied on; after `curvature` it was this one.
    fn unit_gradients(&self, _: Order, _: Pass<T>, _: UnitGradients<T>) {}

    /// True lengths `[N]` of the sequences that come next; none: nothing is padded. Who looks at
    /// the end of a sequence keeps them.
    fn set_lengths(&mut self, _: Option<&[usize]>) {}

    /// Whether the samples that come next follow those of the pass before. A layer that carries its
    /// state from sample to sample then goes on from there, otherwise it begins anew.
    fn set_continues(&mut self, _: bool) {}

    /// What the last forward pass left in a recurrent layer, step behind step: gates, cells and
    /// states, each by its name and `[T·N, H]`; of several layers and directions those of the last
    /// layer that read forward.
    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        Vec::new()
    }

    /// What the last forward pass left of a sample in layers of attention, itself or those inside
    /// it: of each the weights of all heads, `[H, T_q, T_k]`.
    fn attention(&self, _sample: usize) -> Vec<Array3<T>> {
        Vec::new()
    }

    /// Ends an update: what was measured on its batch enters the running statistics.
    fn end_step(&mut self) {}

    /// Appends the running statistics, in the order of the plan's buffers.
    fn save(&self, _: &mut Vec<T>) {}

    /// Takes them back from the front of `statistics`.
    fn restore(&mut self, _: &mut &[T]) {}
}

/// Whether a forward pass is part of learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is dropped, statistics are the running ones.
    Evaluation,
    /// Masks are drawn, statistics are those of the batch.
    Training {
        /// The update, which selects the dropout masks.
        step: u64,
        /// Where the rows of this pass begin in the batch.
        first_row: usize,
    },
}

impl Mode {
    /// The same for a part that begins so many rows further down.
    pub fn from_row(self, row: usize) -> Self {
        match self {
            Self::Evaluation => self,
            Self::Training { step, first_row } => Self::Training {
                step,
                first_row: first_row + row,
            },
        }
    }
}

/// Of the derivatives that go back through a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Gradients, by [`Layer::backward`].
    First,
    /// Curvatures, by [`Layer::curvature`].
    Second,
}

/// What `backward` is given of a forward pass.
#[derive(Clone, Copy)]
pub struct Pass<'a, T> {
    /// Input of the forward pass, `[N, D_in]`.
    pub x: ArrayView2<'a, T>,
    /// Its output, `[N, D_out]`.
    pub y: ArrayView2<'a, T>,
    /// Upstream gradient `$\partial L / \partial y$`, `[N, D_out]`.
    pub dy: ArrayView2<'a, T>,
}
