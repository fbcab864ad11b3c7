//! `parity`: all bit strings of a length, class 1 when the number of ones is odd.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget};
use crate::Problem;
use crate::check::Checker;

/// Parity of bit strings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParitySpec {
    /// Length of the strings, 1 to 16.
    pub bits: usize,
    /// The input of a bit that is off, and of one that is on.
    #[serde(default = "zero_and_one", skip_serializing_if = "is_zero_and_one")]
    pub values: [f64; 2],
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(default, skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

fn zero_and_one() -> [f64; 2] {
    [0.0, 1.0]
}

fn is_zero_and_one(values: &[f64; 2]) -> bool {
    *values == zero_and_one()
}

impl ParitySpec {
    /// All strings of so many bits, 0 and 1.
    pub fn new(bits: usize) -> Self {
        Self {
            bits,
            values: zero_and_one(),
            target: SetTarget::default(),
        }
    }
}

impl Dataset for ParitySpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.require("bits", (1..=16).contains(&self.bits), "1 to 16 bits")?;
        let [off, on] = self.values;
        let fine = off.is_finite() && on.is_finite() && off != on;
        checker.require("values", fine, "two different finite numbers")
    }
}
