//! `temporal_order`: in which order two or three symbols came (Hochreiter & Schmidhuber 1997).

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Sequences `[T, 8]` of symbols, whose class is the order of those that matter: experiments 6a and
/// 6b of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TemporalOrderSpec {
    /// Number of sequences.
    pub samples: usize,
    /// Symbols that matter: 2 make four classes (6a), 3 make eight (6b).
    pub symbols: usize,
    /// Least length T of a sequence; they are up to a tenth longer.
    pub length: usize,
    /// Whether the sequences to learn from are drawn anew for each pass, as many as the split
    /// leaves; the held back ones stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Which sequences are held back for testing.
    pub split: Split,
}

impl Default for TemporalOrderSpec {
    fn default() -> Self {
        Self {
            samples: 2000,
            symbols: 2,
            length: 100,
            fresh: false,
            split: Split::default(),
        }
    }
}

impl Dataset for TemporalOrderSpec {
    fn generated_numbers(&self) -> Option<usize> {
        let longest = self.length.saturating_add(self.length / 10);
        Some(self.samples.saturating_mul(longest.saturating_mul(8)))
    }

    fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn is_marked(&self, step: &[f64]) -> bool {
        step.iter().skip(6).any(|x| *x == 1.0)
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, 0.0)?;
        let symbols = (2..=3).contains(&self.symbols);
        checker.require("symbols", symbols, "2 or 3 symbols that matter")?;
        let reason = "10 to 10000 steps: each symbol that matters stands within a tenth of them";
        checker.require("length", (10..=10_000).contains(&self.length), reason)?;
        self.split.check(checker)
    }
}
