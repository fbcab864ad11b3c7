//! `inverse_time`: η / (1 + decay · e).

use serde::{Deserialize, Serialize};

use super::{Position, Schedule};
use crate::Problem;
use crate::check::Checker;

/// The rate falls as the inverse of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseTimeSpec {
    /// How fast the rate falls.
    pub decay: f64,
}

impl Schedule for InverseTimeSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.not_negative("decay", self.decay)
    }

    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        eta / (1.0 + self.decay * at.epoch() as f64)
    }
}
