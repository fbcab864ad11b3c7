//! Stochastic diagonal Levenberg-Marquardt. Burn has no such rule.

use burn::tensor::Tensor;
use spec::optimizers::DiagonalLevenbergMarquardtSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &DiagonalLevenbergMarquardtSpec) -> Forms {
    Forms::ours(LevenbergMarquardt {
        mu: rule.mu,
        curvature: Vec::new(),
    })
}

/// w ← w − η / (μ + h) g; a negative curvature h counts as 0, and so does one not yet estimated.
struct LevenbergMarquardt {
    mu: f64,
    /// h of every parameter; none before the first estimate.
    curvature: Vec<Tensor<1>>,
}

impl Rule for LevenbergMarquardt {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let damped = match self.curvature.get(index) {
            Some(h) => h.clone().add_scalar(self.mu),
            None => g.zeros_like().add_scalar(self.mu),
        };
        w - (g / damped).mul_scalar(learning_rate)
    }

    fn set_curvature(&mut self, curvature: Vec<Tensor<1>>) {
        let bounded = |h: Tensor<1>| {
            let negative = h.clone().lower_scalar(0.0);
            h.mask_fill(negative, 0.0)
        };
        self.curvature = curvature.into_iter().map(bounded).collect();
    }
}
