//! `elu`: y = x where x > 0, else α (eˣ − 1).

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;

/// Exponential linear unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EluSpec {
    /// α: the limit for large negative x is −α.
    pub alpha: f64,
}

impl Default for EluSpec {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl Layer for EluSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.positive("alpha", self.alpha)
    }

    fn activates(&self) -> bool {
        true
    }
}
