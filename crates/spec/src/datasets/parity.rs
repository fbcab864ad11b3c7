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
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(default, skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Dataset for ParitySpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.require("bits", (1..=16).contains(&self.bits), "1 to 16 bits")
    }
}
