//! `two_sequence`: which of two values a long noisy sequence began with.

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Sequences `[T, 1]`: the first N numbers are 1 (target 1) or −1 (target 0), the others noise.
/// Bengio, Simard & Frasconi 1994; experiment 3 of Hochreiter & Schmidhuber 1997.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TwoSequenceSpec {
    /// Number of sequences.
    pub samples: usize,
    /// Least length T of a sequence; they are up to a tenth longer.
    pub length: usize,
    /// N: numbers at the beginning that tell the class.
    pub telling: usize,
    /// Variance of the noise behind them.
    pub variance: f64,
    /// Whether the sequences to learn from are drawn anew for each pass, as many as the split
    /// leaves; the held back ones stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Which sequences are held back for testing.
    pub split: Split,
}

impl Default for TwoSequenceSpec {
    fn default() -> Self {
        Self {
            samples: 2000,
            length: 100,
            telling: 3,
            variance: 0.2,
            fresh: false,
            split: Split::default(),
        }
    }
}

impl Dataset for TwoSequenceSpec {
    fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn generated_numbers(&self) -> Option<usize> {
        let longest = self.length.saturating_add(self.length / 10);
        Some(self.samples.saturating_mul(longest))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, 0.0)?;
        checker.require(
            "length",
            (2..=10_000).contains(&self.length),
            "2 to 10000 steps",
        )?;
        let fine = (1..=self.length).contains(&self.telling);
        let reason = "1 or more, and no more than length";
        checker.require("telling", fine, reason)?;
        checker.not_negative("variance", self.variance)?;
        self.split.check(checker)
    }
}
