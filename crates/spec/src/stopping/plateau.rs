//! `plateau`: the end when the training loss no longer changes.

use serde::{Deserialize, Serialize};

use super::check_epochs;
use crate::Problem;
use crate::check::Checker;

/// The end by a plateau.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateauSpec {
    /// a: epochs in a row.
    pub epochs: usize,
    /// b: each of them changed the training loss by less than this.
    pub change: f64,
}

impl PlateauSpec {
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_epochs(checker, self.epochs)?;
        checker.positive("change", self.change)
    }
}
