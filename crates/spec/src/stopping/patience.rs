//! `patience`: early stopping by a validation set.

use serde::{Deserialize, Serialize};

use super::check_epochs;
use crate::Problem;
use crate::amount::Amount;
use crate::check::Checker;

/// Early stopping by a validation set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatienceSpec {
    /// Epochs without a new lowest validation loss after which training ends.
    pub epochs: usize,
    /// How many of the training samples are held back: below 1 a share, from 1 on a number.
    #[serde(default = "tenth")]
    pub validation: Amount,
    /// Whether they are drawn, from the stream `validation`; if not, they are the last ones, such
    /// as the last 10,000 training images of MNIST.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub shuffle: bool,
}

impl PatienceSpec {
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_epochs(checker, self.epochs)?;
        self.validation.check(checker.field("validation"))
    }
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
