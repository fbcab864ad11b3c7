//! `circles`: a circle inside a circle.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget, Split};
use crate::Problem;
use crate::check::Checker;

/// Two concentric circles, the outer of radius 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CirclesSpec {
    /// Number of samples, half of them in each class.
    pub samples: usize,
    /// Standard deviation of the noise on each coordinate.
    pub noise: f64,
    /// Radius of the inner circle, above 0 and below 1.
    pub factor: f64,
    /// Which samples are held back.
    pub split: Split,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Default for CirclesSpec {
    fn default() -> Self {
        Self {
            samples: 400,
            noise: 0.05,
            factor: 0.5,
            split: Split::default(),
            target: SetTarget::default(),
        }
    }
}

impl Dataset for CirclesSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn generated_numbers(&self) -> Option<usize> {
        Some(self.samples.saturating_mul(2))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, self.noise)?;
        let inside = self.factor > 0.0 && self.factor < 1.0;
        let reason = "the inner radius must be above 0 and below 1";
        checker.require("factor", inside, reason)?;
        self.split.check(checker)
    }
}
