//! `leaky_relu`: y = x where x > 0, else slope · x.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;

/// Leaky rectifier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeakyReluSpec {
    /// Slope where x is not above 0.
    pub slope: f64,
}

impl Default for LeakyReluSpec {
    fn default() -> Self {
        Self { slope: 0.01 }
    }
}

impl Layer for LeakyReluSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.slope(self.slope)
    }

    fn has_curvature(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
