//! The one place where implementations meet: what the runner asks of each of them.

use ndarray::{Array2, ArrayView2};

use crate::{NamedTensors, Real, TensorError};

/// What a backward pass leaves.
#[derive(Clone, Debug)]
pub struct Backward<T> {
    /// Mean loss of the batch; for [`Implementation::backward`] Σ dy ⊙ y.
    pub loss: f64,
    /// Output of every layer, `<layer>.output`, `[N, D_out]`, in the order of the data flow.
    pub outputs: NamedTensors<T>,
    /// Gradient of every parameter by its name, and of the input as `x`, `[N, D_in]`.
    pub gradients: NamedTensors<T>,
}

/// What an evaluation leaves.
#[derive(Clone, Debug)]
pub struct Evaluation<T> {
    /// Mean loss of the samples.
    pub loss: f64,
    /// Output of the last layer, `[N, D_out]`.
    pub output: Array2<T>,
}

/// A model that computes, learns, and shows its gradients. `x` is `[N, D_in]`, targets `t` and
/// outputs are `[N, D_out]`; classes are one-hot (or one 0/1 column for two classes).
pub trait Implementation<T: Real>: Send {
    /// Takes parameters by name and forgets what the optimiser remembers.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    fn load(&mut self, parameters: &NamedTensors<T>) -> Result<(), TensorError>;

    /// The parameters as they are now, in the order of the data flow.
    fn parameters(&self) -> NamedTensors<T>;

    /// Loss, outputs and gradients of one batch; the parameters stay as they are.
    fn loss_backward(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> Backward<T>;

    /// The same without a loss: the gradients of Σ dy ⊙ y for any upstream gradient `dy`.
    fn backward(&mut self, x: ArrayView2<T>, dy: ArrayView2<T>) -> Backward<T>;

    /// One update from one batch. Returns the batch's mean loss before the update.
    fn train_step(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> f64;

    /// Mean loss and outputs of some samples.
    fn evaluate(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> Evaluation<T>;
}
