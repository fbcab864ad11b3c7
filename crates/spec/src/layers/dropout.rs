//! `dropout`: sets each number to 0 with some probability while training.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;

/// Inverted dropout: what stays is divided by 1 − rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropoutSpec {
    /// Probability of a number to be set to 0.
    pub rate: f64,
}

impl Layer for DropoutSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = (0.0..1.0).contains(&self.rate);
        checker.number("rate", self.rate, fine, "0 or more and below 1")
    }

    fn drop_rate(&self) -> Option<f64> {
        Some(self.rate)
    }
}
