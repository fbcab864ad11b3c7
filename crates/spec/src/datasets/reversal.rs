//! `reversal`: a sequence of symbols to be written from its end, or copied.

use serde::{Deserialize, Serialize};

use super::Dataset;
use crate::Problem;
use crate::check::Checker;

/// Pairs `[2, L]`: random symbols, and the same symbols in the opposite order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReversalSpec {
    /// Number of pairs to learn from.
    pub samples: usize,
    /// Number of pairs to test with.
    pub test_samples: usize,
    /// Number of symbols, besides the one that ends a sequence.
    pub symbols: usize,
    /// Shortest and longest sequence to learn from.
    pub lengths: [usize; 2],
    /// Shortest and longest sequence to test with; none: as `lengths`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_lengths: Option<[usize; 2]>,
    /// Whether the symbols stay in their order.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub copy: bool,
}

impl Default for ReversalSpec {
    fn default() -> Self {
        Self {
            samples: 10_000,
            test_samples: 1_000,
            symbols: 8,
            lengths: [2, 20],
            test_lengths: None,
            copy: false,
        }
    }
}

impl ReversalSpec {
    /// Shortest and longest sequence to test with.
    pub fn tested(&self) -> [usize; 2] {
        self.test_lengths.unwrap_or(self.lengths)
    }

    /// L: the longest sequence, and the symbol that ends it.
    pub fn steps(&self) -> usize {
        self.lengths[1].max(self.tested()[1]) + 1
    }
}

impl Dataset for ReversalSpec {
    fn generated_numbers(&self) -> Option<usize> {
        let samples = self.samples.saturating_add(self.test_samples);
        Some(samples.saturating_mul(self.steps().saturating_mul(2)))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.pairs(self.samples, self.test_samples)?;
        checker.require(
            "symbols",
            (2..=1000).contains(&self.symbols),
            "2 to 1000 symbols",
        )?;
        for (field, [shortest, longest]) in
            [("lengths", self.lengths), ("test_lengths", self.tested())]
        {
            let fine = 1 <= shortest && shortest <= longest && longest <= 1000;
            let reason = "the shortest and the longest, of 1 to 1000 symbols";
            checker.require(field, fine, reason)?;
        }
        Ok(())
    }
}
