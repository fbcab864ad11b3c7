//! `restarts`: training from several initial weights.

use serde::{Deserialize, Serialize};

use super::Escape;
use crate::Problem;
use crate::check::Checker;

/// The training with the lowest training loss is kept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestartsSpec {
    /// Trainings.
    pub runs: usize,
}

impl Escape for RestartsSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.count("runs", self.runs)
    }
}
