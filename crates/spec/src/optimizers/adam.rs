//! `adam`: means of g and g², each corrected for its beginning at 0.

use serde::{Deserialize, Serialize};

use super::{Optimizer, beta2, epsilon, point_nine};
use crate::Problem;
use crate::check::Checker;

/// Adam (Kingma & Ba 2015, algorithm 1), ε outside the square root.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamSpec {
    /// η.
    pub learning_rate: f64,
    /// β₁.
    #[serde(default = "point_nine")]
    pub beta1: f64,
    /// β₂.
    #[serde(default = "beta2")]
    pub beta2: f64,
    /// ε.
    #[serde(default = "epsilon")]
    pub epsilon: f64,
}

impl Optimizer for AdamSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.below_one("beta1", self.beta1)?;
        checker.below_one("beta2", self.beta2)?;
        checker.positive("epsilon", self.epsilon)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        2
    }
}
