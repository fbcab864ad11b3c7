//! `training.validation`, of a learner `validation`: training samples that are held back to be
//! measured on.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::amount::Amount;
use crate::check::Checker;

/// Which training samples nothing is learned from. Each epoch is measured on them, and early
/// stopping can choose by them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationSpec {
    /// How many: below 1 a share, from 1 on a number.
    pub samples: Amount,
    /// Whether they are drawn, from the stream `validation`; if not, they are the last ones, such
    /// as the last 10,000 training images of MNIST.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub shuffle: bool,
}

impl ValidationSpec {
    /// Finds an impossible value.
    pub(crate) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.samples.check(checker.field("samples"))
    }
}

fn yes() -> bool {
    true
}

fn is_yes(shuffle: &bool) -> bool {
    *shuffle
}
