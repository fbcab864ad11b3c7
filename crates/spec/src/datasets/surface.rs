//! `surface`: a function of two variables on a grid: regression.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget, Split};
use crate::Problem;
use crate::check::Checker;

/// A function z of x and y on \[−1, 1\]².
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurfaceSpec {
    /// Which one.
    pub function: SurfaceFunction,
    /// Points along each side of the grid: its square is the number of samples.
    #[serde(default = "side")]
    pub side: usize,
    /// Standard deviation of the noise on z.
    #[serde(default)]
    pub noise: f64,
    /// Which samples are held back.
    #[serde(default)]
    pub split: Split,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(default, skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

/// A function of two variables, with values of about −1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurfaceFunction {
    /// z = x² − y².
    Saddle,
    /// z = sin(πr) / (πr) with r = 2 √(x² + y²): a hill in a ring-shaped valley.
    Ripple,
    /// MATLAB's `peaks` of 3x and 3y, through 8: three hills and two hollows.
    Peaks,
}

impl Dataset for SurfaceSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn generated_numbers(&self) -> Option<usize> {
        Some(self.side.saturating_mul(self.side).saturating_mul(2))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let side = (2..=3000).contains(&self.side);
        checker.require("side", side, "2 to 3000 points along a side")?;
        let noise = self.noise >= 0.0 && self.noise.is_finite();
        checker.require("noise", noise, "the noise must be 0 or more")?;
        self.split.check(checker)
    }
}

fn side() -> usize {
    21
}
