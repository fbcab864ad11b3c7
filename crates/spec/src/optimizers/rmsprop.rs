//! `rmsprop`: s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε).

use serde::{Deserialize, Serialize};

use super::{Optimizer, epsilon, point_nine};
use crate::Problem;
use crate::check::Checker;

/// Steps divided by the root of the mean squared gradient (Tieleman & Hinton 2012).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RmsPropSpec {
    /// η.
    pub learning_rate: f64,
    /// ρ.
    #[serde(default = "point_nine")]
    pub decay: f64,
    /// ε.
    #[serde(default = "epsilon")]
    pub epsilon: f64,
}

impl Optimizer for RmsPropSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.below_one("decay", self.decay)?;
        checker.positive("epsilon", self.epsilon)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        1
    }
}
