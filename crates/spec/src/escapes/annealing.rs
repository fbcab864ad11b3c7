//! `annealing`: moves at random, taken by chance while the temperature falls.

use serde::{Deserialize, Serialize};

use super::Escape;
use crate::Problem;
use crate::check::Checker;

/// Simulated annealing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnealingSpec {
    /// Temperature at first, in units of the loss.
    pub temperature: f64,
    /// What it is multiplied by after each epoch.
    pub cooling: f64,
    /// Standard deviation of the moves.
    pub std: f64,
}

impl Escape for AnnealingSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.positive("temperature", self.temperature)?;
        checker.factor("cooling", self.cooling)?;
        checker.positive("std", self.std)
    }
}
