//! `spirals`: two spirals around each other (Lang & Witbrock 1988).

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget, Split};
use crate::Problem;
use crate::check::Checker;

/// Two spirals of three turns, 97 points each in the original.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpiralsSpec {
    /// Number of samples, half of them in each class.
    pub samples: usize,
    /// Standard deviation of the noise on each coordinate, where the spirals' radius is 1.
    pub noise: f64,
    /// Turns of each spiral around the origin.
    pub turns: f64,
    /// How large they are.
    #[serde(skip_serializing_if = "SpiralsVariant::is_unit")]
    pub variant: SpiralsVariant,
    /// Which samples are held back.
    pub split: Split,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

/// How large the spirals are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpiralsVariant {
    /// A radius of 1.
    #[default]
    Unit,
    /// A radius of 6.5, as the authors have it; the noise grows with it.
    Lang,
}

impl SpiralsVariant {
    fn is_unit(&self) -> bool {
        *self == Self::Unit
    }

    /// The radius of the first point.
    pub fn radius(self) -> f64 {
        match self {
            Self::Unit => 1.0,
            Self::Lang => 6.5,
        }
    }
}

impl Default for SpiralsSpec {
    fn default() -> Self {
        Self {
            samples: 194,
            noise: 0.0,
            turns: 3.0,
            variant: SpiralsVariant::default(),
            split: Split::None,
            target: SetTarget::default(),
        }
    }
}

impl Dataset for SpiralsSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn generated_numbers(&self) -> Option<usize> {
        Some(self.samples.saturating_mul(2))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, self.noise)?;
        let fine = self.turns > 0.0 && self.turns <= 100.0;
        let reason = "the turns must be above 0 and at most 100";
        checker.require("turns", fine, reason)?;
        self.split.check(checker)
    }
}
