//! `nesterov`: v ← μ v + g; w ← w − η (g + μ v).

use serde::{Deserialize, Serialize};

use super::{Optimizer, point_nine};
use crate::Problem;
use crate::check::Checker;

/// Gradient descent with Nesterov's momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NesterovSpec {
    /// η.
    pub learning_rate: f64,
    /// μ.
    #[serde(default = "point_nine")]
    pub momentum: f64,
}

impl Optimizer for NesterovSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.below_one("momentum", self.momentum)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        1
    }
}
