//! `step`: η · factor^⌊e / every⌋.

use serde::{Deserialize, Serialize};

use super::{Position, Schedule};
use crate::Problem;
use crate::check::Checker;

/// The rate falls every few epochs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSpec {
    /// Epochs between two changes.
    pub every: usize,
    /// What the rate is multiplied by.
    pub factor: f64,
}

impl Schedule for StepSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if self.every == 0 {
            let problem = Problem::new(checker.field("every"), "every 0 epochs is never");
            return Err(problem.hint("1 or more"));
        }
        checker.factor("factor", self.factor)
    }

    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        eta * self.factor.powi((at.epoch() / self.every.max(1)) as i32)
    }
}
