//! The one place where implementations meet: what the runner asks of each of them.

use ndarray::{Array2, ArrayView2};

use serde::{Deserialize, Serialize};

use crate::{Batch, ByteBuf, NamedTensors, Real, TensorError};

/// What a backward pass leaves.
#[derive(Clone, Debug)]
pub struct Backward<T> {
    /// What was differentiated: the mean loss of the batch plus the penalties on the weights; for
    /// [`Implementation::backward`] Σ dy ⊙ y.
    pub loss: f64,
    /// Output of every layer, `<layer>.output`, `[N, D_out]`, in the order of the data flow; an
    /// implementation that computes several layers in one gives the output of the last of these.
    pub outputs: NamedTensors<T>,
    /// Gradient of every parameter by its name, and of the input as `x`, `[N, D_in]`.
    pub gradients: NamedTensors<T>,
}

/// What an evaluation leaves.
#[derive(Clone, Debug)]
pub struct Evaluation<T> {
    /// Mean loss of the samples, without penalties.
    pub loss: f64,
    /// Output of the last layer, `[N, D_out]`.
    pub output: Array2<T>,
}

/// Dropout and batch normalisation compute one thing while learning and another after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Masks are drawn, statistics are those of the batch.
    Training,
    /// Nothing is dropped, statistics are the running ones.
    Evaluation,
}

/// Where a training stands: all that the next update depends on, besides its batch and its
/// [`Step`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainingState<T: Real> {
    /// Parameters and running statistics.
    pub parameters: NamedTensors<T>,
    /// The optimizer state, in a form of the implementation's own.
    pub optimizer: ByteBuf,
}

/// One update among those of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Counts from 1; it selects the dropout masks. Passes outside of training take those of 0.
    pub number: u64,
    /// η of this update, as the schedule has it.
    pub learning_rate: f64,
}

/// A model that computes, learns, and shows its gradients.
pub trait Implementation<T: Real>: Send {
    /// Takes parameters and running statistics by name and forgets what the optimiser remembers.
    ///
    /// # Errors
    /// When one is missing or has another shape.
    fn load(&mut self, parameters: &NamedTensors<T>) -> Result<(), TensorError>;

    /// The parameters and running statistics as they are now, in the order of the data flow.
    fn parameters(&self) -> NamedTensors<T>;

    /// Where the training stands, to go on from later. None where the optimizer state cannot be
    /// saved: then a training that was cut off can only begin again.
    fn state(&self) -> Option<TrainingState<T>>;

    /// Goes on from where a training stood.
    ///
    /// # Errors
    /// When the state is not of this model and this rule.
    fn restore(&mut self, state: &TrainingState<T>) -> Result<(), TensorError>;

    /// Loss, outputs and gradients of one batch in training mode, with the masks of step 0 and the
    /// penalties of the config; parameters and running statistics stay as they are.
    fn loss_backward(&mut self, batch: Batch<T>) -> Backward<T>;

    /// The same without a loss: the gradients of Σ dy ⊙ y for inputs `x` `[N, D_in]` and any
    /// upstream gradient `dy` `[N, D_out]`.
    fn backward(&mut self, x: ArrayView2<T>, dy: ArrayView2<T>) -> Backward<T>;

    /// One update from one batch. Returns the batch's mean loss before the update, without
    /// penalties.
    fn train_step(&mut self, step: Step, batch: Batch<T>) -> f64;

    /// Estimates the curvature of the loss by each parameter from some samples, for a rule that
    /// asks for it before each epoch (`diagonal_levenberg_marquardt`); the other rules ignore it.
    fn estimate_curvature(&mut self, batch: Batch<T>);

    /// Mean loss and outputs of some samples; in training mode with the masks of step 0, without
    /// touching the running statistics.
    fn evaluate(&mut self, mode: Mode, batch: Batch<T>) -> Evaluation<T>;
}
