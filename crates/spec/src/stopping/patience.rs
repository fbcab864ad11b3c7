//! `patience`: early stopping by a measure, as a rule the validation loss.

use serde::{Deserialize, Serialize};

use super::check_epochs;
use crate::Problem;
use crate::amount::Amount;
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
    /// How many of the training samples are held back: below 1 a share, from 1 on a number.
    #[serde(default = "tenth")]
    pub validation: Amount,
    /// Whether they are drawn, from the stream `validation`; if not, they are the last ones, such
    /// as the last 10,000 training images of MNIST.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub shuffle: bool,
}

impl PatienceSpec {
    /// Whether samples are held back for it.
    pub fn holds_back(&self) -> bool {
        self.measure.starts_with(Part::Validation.name())
    }

    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_epochs(checker, self.epochs)?;
        self.validation.check(checker.field("validation"))
    }
}

fn validation_loss() -> String {
    Measure::loss(Part::Validation).key
}

fn tenth() -> Amount {
    Amount(0.1)
}

fn yes() -> bool {
    true
}

fn is_yes(shuffle: &bool) -> bool {
    *shuffle
}
