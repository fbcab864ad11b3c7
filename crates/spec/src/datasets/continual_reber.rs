//! `continual_reber`: strings of the embedded Reber grammar without end.

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Streams `[symbols, 7]` of strings of the embedded Reber grammar, one behind the other without a
/// mark between. The target at a symbol are those that may follow: 1 for each, 0 for the others.
/// F. Gers, J. Schmidhuber, F. Cummins, "Learning to forget" (2000).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContinualReberSpec {
    /// Number of streams.
    pub samples: usize,
    /// Symbols of a stream.
    pub symbols: usize,
    /// Whether the sequences to learn from are drawn anew for each pass, as many as the split
    /// leaves; the held back ones stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Which sequences are held back for testing.
    pub split: Split,
}

impl Default for ContinualReberSpec {
    fn default() -> Self {
        Self {
            samples: 20,
            symbols: 10_000,
            fresh: false,
            split: Split::default(),
        }
    }
}

impl Dataset for ContinualReberSpec {
    fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn generated_numbers(&self) -> Option<usize> {
        Some(self.samples.saturating_mul(self.symbols.saturating_mul(14)))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, 0.0)?;
        let reason = "12 to 1000000 symbols: a string has 12 on average";
        checker.require("symbols", (12..=1_000_000).contains(&self.symbols), reason)?;
        self.split.check(checker)
    }
}
