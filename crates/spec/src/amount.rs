//! How many samples are held back.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Problem;

/// A share of the samples (below 1), or a number of them (from 1 on).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub f64);

impl Amount {
    /// So many of these samples; perhaps more than there are.
    pub fn of(self, samples: usize) -> usize {
        match self.0 < 1.0 {
            true => (self.0 * samples as f64).round() as usize,
            false => self.0 as usize,
        }
    }

    /// Finds an impossible value.
    pub(crate) fn check(self, key: String) -> Result<(), Problem> {
        let Self(value) = self;
        if value > 0.0 && (value < 1.0 || value.is_finite() && value.fract() == 0.0) {
            return Ok(());
        }
        let reason = format!("{value} is neither a share nor a number of samples");
        Err(Problem::new(key, reason).hint("above 0 and below 1, or a whole number"))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 < 1.0 {
            true => write!(f, "a share of {}", self.0),
            false => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_one_is_a_share_from_one_on_a_number() {
        assert_eq!(Amount(0.25).of(150), 38);
        assert_eq!(Amount(1.0).of(150), 1);
        assert_eq!(Amount(10000.0).of(150), 10000);
    }

    #[test]
    fn anything_else_is_refused() {
        for value in [0.0, -1.0, 1.5, f64::NAN, f64::INFINITY] {
            assert!(Amount(value).check("key".into()).is_err(), "{value}");
        }
        for value in [0.5, 1.0, 24.0] {
            assert_eq!(Amount(value).check("key".into()), Ok(()), "{value}");
        }
    }
}
