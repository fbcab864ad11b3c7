//! `sine`: y = sin(x) on one period: regression.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget, Split};
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
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Default for SineSpec {
    fn default() -> Self {
        Self {
            samples: 200,
            noise: 0.0,
            split: Split::default(),
            target: SetTarget::default(),
        }
    }
}

impl Dataset for SineSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn generated_numbers(&self) -> Option<usize> {
        Some(self.samples)
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, self.noise)?;
        self.split.check(checker)
    }
}
