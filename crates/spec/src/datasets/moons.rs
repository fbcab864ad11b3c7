//! `moons`: two interleaving half circles.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget, Split};
use crate::Problem;
use crate::check::Checker;

/// Two half circles of radius 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MoonsSpec {
    /// Number of samples, half of them in each class.
    pub samples: usize,
    /// Standard deviation of the noise on each coordinate.
    pub noise: f64,
    /// Which samples are held back.
    pub split: Split,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Default for MoonsSpec {
    fn default() -> Self {
        Self {
            samples: 400,
            noise: 0.1,
            split: Split::default(),
            target: SetTarget::default(),
        }
    }
}

impl Dataset for MoonsSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn generated_numbers(&self) -> Option<usize> {
        Some(self.samples.saturating_mul(2))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, self.noise)?;
        self.split.check(checker)
    }
}
