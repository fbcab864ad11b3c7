//! `cosine`: half a cosine from η down to η · minimum.

use serde::{Deserialize, Serialize};

use super::{Position, Schedule, half_cosine};
use crate::Problem;
use crate::check::Checker;

/// The rate falls along half a cosine (Loshchilov & Hutter 2017).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CosineSpec {
    /// The factor at the end.
    pub minimum: f64,
}

impl Schedule for CosineSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.share("minimum", self.minimum)
    }

    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        eta * half_cosine(1.0, self.minimum, at.share())
    }
}
