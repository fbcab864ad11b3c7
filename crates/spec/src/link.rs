//! How the outputs of a classifier become probabilities.

/// What makes probabilities of outputs y; of several they are then divided by their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The outputs are probabilities.
    Identity,
    /// p = σ(y), of each output alone.
    Logistic,
    /// p = softmax(y).
    Softmax,
    /// p = softmax(−y): the outputs are penalties.
    SoftmaxOfPenalties,
}
