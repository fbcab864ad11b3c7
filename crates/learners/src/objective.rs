//! What a learner makes small, for a witness that has gradients of its own.

use ndarray::Array2;
use spec::losses::LossSpec;

/// The objective of a learner as the loss of one linear layer, whose weight and bias are those of
/// [`crate::Learner::weights`]: summed over the samples, plus λ/2 |weight|².
pub struct Objective {
    /// What the layer gets: `[N, M]`.
    pub x: Array2<f64>,
    /// The loss.
    pub loss: LossSpec,
    /// λ.
    pub ridge: f64,
    /// The second derivative by the bias and the weights of each output, `[M + 1, M + 1]`, where
    /// the learner uses it.
    pub hessians: Vec<Array2<f64>>,
}
