//! `adagrad`: s ← s + g²; w ← w − η g / (√s + ε).

use serde::{Deserialize, Serialize};

use super::{Optimizer, epsilon};
use crate::Problem;
use crate::check::Checker;

/// Steps divided by the root of all squared gradients (Duchi, Hazan & Singer 2011).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdaGradSpec {
    /// η.
    pub learning_rate: f64,
    /// ε.
    #[serde(default = "epsilon")]
    pub epsilon: f64,
}

impl Optimizer for AdaGradSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.positive("epsilon", self.epsilon)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        1
    }
}
