//! `diagonal_levenberg_marquardt`: w ← w − η / (μ + h) g with the curvature h of each weight.

use serde::{Deserialize, Serialize};

use super::Optimizer;
use crate::Problem;
use crate::check::{Checker, is_positive};

/// Stochastic diagonal Levenberg-Marquardt (LeCun et al. 1998, appendix C).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiagonalLevenbergMarquardtSpec {
    /// η.
    pub learning_rate: f64,
    /// μ.
    #[serde(default = "mu")]
    pub mu: f64,
    /// Samples on which h is estimated.
    #[serde(default = "samples")]
    pub samples: usize,
}

impl Optimizer for DiagonalLevenbergMarquardtSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.positive("mu", self.mu)?;
        let samples = self.samples as f64;
        let name = ("samples", "number of samples");
        checker.named(name, samples, is_positive(samples), "above 0")
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        1
    }

    fn curvature_samples(&self) -> Option<usize> {
        Some(self.samples)
    }
}

fn mu() -> f64 {
    0.02
}

fn samples() -> usize {
    500
}
