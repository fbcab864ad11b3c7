//! `one_cycle`: up to η and down again, both along half a cosine.

use serde::{Deserialize, Serialize};

use super::{Position, Schedule, half_cosine};
use crate::Problem;
use crate::check::Checker;

/// One rise and one fall (Smith & Topin 2019).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OneCycleSpec {
    /// The factor at the beginning.
    pub start: f64,
    /// The share of the updates in which the rate rises.
    pub rise: f64,
    /// The factor at the end.
    pub end: f64,
}

impl Default for OneCycleSpec {
    fn default() -> Self {
        Self {
            start: 0.04,
            rise: 0.3,
            end: 1e-4,
        }
    }
}

impl Schedule for OneCycleSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.factor("start", self.start)?;
        let fine = self.rise > 0.0 && self.rise < 1.0;
        checker.number("rise", self.rise, fine, "above 0 and below 1")?;
        checker.share("end", self.end)
    }

    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        let Self { start, rise, end } = *self;
        let share = at.share();
        eta * match share < rise {
            true => half_cosine(start, 1.0, share / rise),
            false => half_cosine(1.0, end, (share - rise) / (1.0 - rise)),
        }
    }
}
