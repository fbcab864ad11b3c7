//! `exponential`: η · factorᵉ.

use serde::{Deserialize, Serialize};

use super::{Position, Schedule};
use crate::Problem;
use crate::check::Checker;

/// The rate falls after each epoch by the same factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExponentialSpec {
    /// What the rate is multiplied by after each epoch.
    pub factor: f64,
}

impl Schedule for ExponentialSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.factor("factor", self.factor)
    }

    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        eta * self.factor.powi(at.epoch() as i32)
    }
}
