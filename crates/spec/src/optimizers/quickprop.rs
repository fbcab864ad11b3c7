//! `quickprop`: a jump to the minimum of the parabola through two gradients; for full batches.

use serde::{Deserialize, Serialize};

use super::Optimizer;
use crate::Problem;
use crate::check::Checker;

/// Quickprop (Fahlman 1988).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuickpropSpec {
    /// η of the gradient term.
    pub learning_rate: f64,
    /// μ: a step is at most so many times the one before.
    #[serde(default = "growth")]
    pub growth: f64,
}

impl Optimizer for QuickpropSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.above_one("growth", self.growth)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        2
    }
}

fn growth() -> f64 {
    1.75
}
