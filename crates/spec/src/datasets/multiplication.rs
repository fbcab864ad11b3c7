//! `multiplication`: the product of two marked numbers of a long sequence (Hochreiter & Schmidhuber
//! 1997).

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Sequences `[T, 2]` of numbers and markers, with one target each: experiment 5 of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MultiplicationSpec {
    /// Number of sequences.
    pub samples: usize,
    /// Least length T of a sequence; they are up to a tenth longer.
    pub length: usize,
    /// Whether the sequences to learn from are drawn anew for each pass, as many as the split
    /// leaves; the held back ones stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Which sequences are held back for testing.
    pub split: Split,
}

impl Default for MultiplicationSpec {
    fn default() -> Self {
        Self {
            samples: 2000,
            length: 100,
            fresh: false,
            split: Split::default(),
        }
    }
}

impl Dataset for MultiplicationSpec {
    fn generated_numbers(&self) -> Option<usize> {
        let longest = self.length.saturating_add(self.length / 10);
        Some(self.samples.saturating_mul(longest.saturating_mul(2)))
    }

    fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn is_marked(&self, step: &[f64]) -> bool {
        step[1] == 1.0
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, 0.0)?;
        let reason = "20 to 10000 steps: one of the first ten, and another of the first half, is \
                      marked";
        checker.require("length", (20..=10_000).contains(&self.length), reason)?;
        self.split.check(checker)
    }
}
