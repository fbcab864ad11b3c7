//! `dates`: dates as people write them, to be written as ISO 8601 has them.

use serde::{Deserialize, Serialize};

use super::Dataset;
use crate::Problem;
use crate::check::Checker;

/// Pairs `[2, L]` of characters: `saturday, 9 may 2018`, `9.5.18`, `may 9, 2018` and the like, and
/// `2018-05-09`. The days are those of 1950 to 2049, so that two digits tell the year; the names
/// are English ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatesSpec {
    /// Number of pairs to learn from.
    pub samples: usize,
    /// Number of pairs to test with.
    pub test_samples: usize,
}

impl Default for DatesSpec {
    fn default() -> Self {
        Self {
            samples: 10_000,
            test_samples: 1_000,
        }
    }
}

/// More characters than any of the dates has, and the symbol that ends it.
const MOST_STEPS: usize = 32;

impl Dataset for DatesSpec {
    fn generated_numbers(&self) -> Option<usize> {
        let samples = self.samples.saturating_add(self.test_samples);
        Some(samples.saturating_mul(2 * MOST_STEPS))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.pairs(self.samples, self.test_samples)
    }
}
