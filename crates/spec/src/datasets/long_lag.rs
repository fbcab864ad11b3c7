//! `long_lag`: two strings whose last symbol is their first, a long way back.

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Sequences `[p, p + 1]` of one-hot symbols: x or y, then p − 1 others; the target at each symbol
/// is the next one, at the end the first again. Experiments 2a and 2b of Hochreiter & Schmidhuber
/// 1997.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LongLagSpec {
    /// Number of sequences.
    pub samples: usize,
    /// p: symbols besides the first of the other string, and length of a string without its last
    /// symbol.
    pub symbols: usize,
    /// Whether the symbols between are drawn at random (2b); otherwise they are always the same
    /// (2a).
    pub random: bool,
    /// Whether the sequences to learn from are drawn anew for each pass, as many as the split
    /// leaves; the held back ones stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Which sequences are held back for testing.
    pub split: Split,
}

impl Default for LongLagSpec {
    fn default() -> Self {
        Self {
            samples: 2000,
            symbols: 100,
            random: false,
            fresh: false,
            split: Split::default(),
        }
    }
}

impl Dataset for LongLagSpec {
    fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn generated_numbers(&self) -> Option<usize> {
        let string = self.symbols.saturating_mul(self.symbols.saturating_add(1));
        Some(self.samples.saturating_mul(string.saturating_mul(2)))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, 0.0)?;
        let reason = "p is 2 to 2000: with less there is no symbol between the first and the last";
        checker.require("symbols", (2..=2000).contains(&self.symbols), reason)?;
        self.split.check(checker)
    }
}
