//! `patience`: early stopping by a validation set.

use serde::{Deserialize, Serialize};

use super::check_epochs;
use crate::Problem;
use crate::check::Checker;

/// Early stopping by a validation set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatienceSpec {
    /// Epochs without a new lowest validation loss after which training ends.
    pub epochs: usize,
    /// Share of the training samples that is held back, drawn from the stream `validation`.
    #[serde(default = "tenth")]
    pub validation: f64,
}

impl PatienceSpec {
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_epochs(checker, self.epochs)?;
        let share = self.validation;
        if share > 0.0 && share < 1.0 {
            return Ok(());
        }
        let reason = format!("a share of {share} leaves one part empty");
        Err(Problem::new(checker.field("validation"), reason).hint("above 0 and below 1"))
    }
}

fn tenth() -> f64 {
    0.1
}
