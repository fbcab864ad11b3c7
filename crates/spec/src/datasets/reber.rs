//! `reber`: strings of the embedded Reber grammar, in which the next symbols are to be predicted.

use serde::{Deserialize, Serialize};

use super::{Dataset, Holdout, Split};
use crate::Problem;
use crate::check::Checker;

/// Strings `[T, 7]` of the embedded Reber grammar (Smith & Zipser 1989), each of them once. The
/// target at a symbol are those that may follow: 1 for each, 0 for the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReberSpec {
    /// Number of strings.
    pub samples: usize,
    /// Which strings are held back for testing.
    pub split: Split,
}

impl Default for ReberSpec {
    /// 256 strings for training and 256 others for testing, as Hochreiter & Schmidhuber 1997 had.
    fn default() -> Self {
        Self {
            samples: 512,
            split: Split::Shuffled(Holdout { test: 0.5 }),
        }
    }
}

impl Dataset for ReberSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = (4..=10_000).contains(&self.samples);
        checker.require("samples", fine, "4 to 10000 strings, all different")?;
        self.split.check(checker)
    }
}
