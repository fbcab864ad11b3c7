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
    /// Key of the measure by which the best weights are chosen: `validation_loss` and
    /// `validation_accuracy` (of the samples of `training.validation`), `train_loss` ...
    #[serde(default = "validation_loss")]
    pub measure: String,
}

impl PatienceSpec {
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_epochs(checker, self.epochs)
    }
}

fn validation_loss() -> String {
    Measure::loss(Part::Validation).key
}
