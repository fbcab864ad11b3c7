//! `distractors`: which of two symbols came before many distractors.

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Sequences `[T, p + 4]` of one-hot symbols: b, then x or y, which is the class, then at least
/// `lag` distractors, then e. Experiment 2c of Hochreiter & Schmidhuber 1997.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistractorsSpec {
    /// Number of sequences.
    pub samples: usize,
    /// q: distractors at least; behind them come more, each with probability 9/10.
    pub lag: usize,
    /// p: different distractors.
    pub symbols: usize,
    /// Whether the sequences to learn from are drawn anew for each pass, as many as the split
    /// leaves; the held back ones stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Which sequences are held back for testing.
    pub split: Split,
}

impl Default for DistractorsSpec {
    fn default() -> Self {
        Self {
            samples: 2000,
            lag: 50,
            symbols: 50,
            fresh: false,
            split: Split::default(),
        }
    }
}

impl Dataset for DistractorsSpec {
    fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn generated_numbers(&self) -> Option<usize> {
        // Fewer than one of 10^9 sequences has 200 more.
        let longest = self.lag.saturating_add(200);
        let sequence = longest.saturating_mul(self.symbols.saturating_add(4));
        Some(self.samples.saturating_mul(sequence))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, 0.0)?;
        for (field, count) in [("lag", self.lag), ("symbols", self.symbols)] {
            checker.require(field, (1..=10_000).contains(&count), "1 to 10000")?;
        }
        self.split.check(checker)
    }
}
