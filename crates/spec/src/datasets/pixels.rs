//! `pixels`: how the bytes of images become numbers.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;

/// The map from a pixel's byte to a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pixels {
    /// byte / 255: \[0, 1\].
    #[default]
    Unit,
    /// 2 · byte / 255 − 1: \[−1, 1\].
    Signed,
    /// Mean 0 and standard deviation 1 over all training pixels.
    Standardize,
    /// 1 from byte 128 on, below 0: a threshold at 1/2 (Ioffe & Szegedy 2015).
    Binary,
    /// Byte 0 becomes the first number and 255 the second: LeCun et al. 1998 use `[-0.1, 1.175]`.
    Range([f64; 2]),
}

impl Pixels {
    /// Finds impossible values; the checker is that of the data set.
    pub(super) fn check(self, checker: &Checker<'_>) -> Result<(), Problem> {
        let Self::Range([low, high]) = self else {
            return Ok(());
        };
        let fine = low.is_finite() && high.is_finite() && low != high;
        checker.require("pixels.range", fine, "two different finite numbers")
    }
}
