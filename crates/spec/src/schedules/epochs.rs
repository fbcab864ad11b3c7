//! `epochs`: a list of rates, so many epochs at each.

use serde::{Deserialize, Serialize};

use super::{Position, Schedule};
use crate::Problem;
use crate::check::{Checker, is_positive};

/// So many epochs at a learning rate, then the next; the last rate stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EpochsSpec(
    /// `[epochs, learning rate]`.
    pub Vec<(usize, f64)>,
);

impl Schedule for EpochsSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = |&(epochs, rate): &(usize, f64)| epochs > 0 && is_positive(rate);
        if !self.0.is_empty() && self.0.iter().all(fine) {
            return Ok(());
        }
        let reason = "each entry is [epochs, learning rate], both above 0";
        Err(Problem::new(checker.key, reason).hint("for example [[2, 5e-4], [3, 2e-4]]"))
    }

    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        let mut until = 0;
        let stage = self.0.iter().find(|(epochs, _)| {
            until += epochs;
            at.epoch() < until
        });
        stage.or(self.0.last()).map_or(eta, |(_, rate)| *rate)
    }

    fn has_rates(&self) -> bool {
        true
    }
}
