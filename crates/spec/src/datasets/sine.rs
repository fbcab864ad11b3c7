//! `sine`: y = sin(x) on one period: regression.

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// One period of a sine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SineSpec {
    /// Number of samples, x evenly spaced on \[−π, π\].
    pub samples: usize,
    /// Standard deviation of the noise on y.
    pub noise: f64,
    /// Which samples are held back.
    pub split: Split,
}

impl Default for SineSpec {
    fn default() -> Self {
        Self {
            samples: 200,
            noise: 0.0,
            split: Split::default(),
        }
    }
}

impl Dataset for SineSpec {
    fn generated_numbers(&self) -> Option<usize> {
        Some(self.samples)
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, self.noise)?;
        self.split.check(checker)
    }
}
