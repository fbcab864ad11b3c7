//! `patience`: early stopping by a measure, as a rule the validation loss.

use serde::{Deserialize, Serialize};

use super::check_epochs;
use crate::Problem;
use crate::check::Checker;
use crate::measures::{Measure, Part};

/// Early stopping by a measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatienceSpec {
    /// Epochs without a new best value of the measure after which training ends.
    pub epochs: usize,
    /// Key of the measure by which the best weights are chosen: `validation_loss`,
    /// `validation_accuracy`, `train_loss` ...
    #[serde(default = "validation_loss")]
    pub measure: String,
    /// Share of the training samples that is held back, drawn from the stream `validation`.
    #[serde(default = "tenth")]
    pub validation: f64,
}

impl PatienceSpec {
    /// Whether samples are held back for it.
    pub fn holds_back(&self) -> bool {
        self.measure.starts_with(Part::Validation.name())
    }

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

fn validation_loss() -> String {
    Measure::loss(Part::Validation).key
}

fn tenth() -> f64 {
    0.1
}
