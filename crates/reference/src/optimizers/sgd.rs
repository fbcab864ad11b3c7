//! Gradient descent.

use burn::optim::SgdConfig;
use burn::tensor::Tensor;

use crate::optimizer::{Forms, Rule};

/// Burn's takes its learning rate as f64.
pub(super) fn forms() -> Forms {
    Forms {
        burns_is_exact: true,
        ..Forms::ours(Sgd).beside(SgdConfig::new().init())
    }
}

/// w ← w − η g.
struct Sgd;

impl Rule for Sgd {
    fn step(&mut self, _: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        w - g.mul_scalar(learning_rate)
    }
}
