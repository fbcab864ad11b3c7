//! The losses, with the factors of [`LossSpec`].
//!
//! Each loss is one file here; [`build`] lists them, a line each.

mod binary_cross_entropy;
mod binary_squared_hinge;
mod classes;
mod hinge;
mod kl_divergence;
mod maximum_a_posteriori;
mod mean_of_squares;
mod perceptron;
mod signed_squared_error;
mod signs;
mod softmax_cross_entropy;
mod squared_error;
mod squared_hinge;
mod squares;
mod sum_of_squares;

use spec::training::LossSpec;

use crate::loss::Loss;

/// The loss of that name.
pub(crate) fn build(spec: LossSpec) -> Box<dyn Loss> {
    match spec {
        LossSpec::SquaredError => Box::new(squared_error::SquaredError),
        LossSpec::SumOfSquares => Box::new(sum_of_squares::SumOfSquares),
        LossSpec::MeanOfSquares => Box::new(mean_of_squares::MeanOfSquares),
        LossSpec::BinaryCrossEntropy => Box::new(binary_cross_entropy::BinaryCrossEntropy),
        LossSpec::SoftmaxCrossEntropy => Box::new(softmax_cross_entropy::SoftmaxCrossEntropy),
        LossSpec::KlDivergence => Box::new(kl_divergence::KlDivergence),
        LossSpec::Hinge => Box::new(hinge::Hinge),
        LossSpec::SquaredHinge => Box::new(squared_hinge::SquaredHinge),
        LossSpec::Perceptron => Box::new(perceptron::Perceptron),
        LossSpec::SignedSquaredError => Box::new(signed_squared_error::SignedSquaredError),
        LossSpec::BinarySquaredHinge => Box::new(binary_squared_hinge::BinarySquaredHinge),
        LossSpec::MaximumAPosteriori(criterion) => maximum_a_posteriori::loss(criterion),
    }
}
