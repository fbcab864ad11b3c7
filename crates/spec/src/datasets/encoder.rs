//! `encoder`: the vectors of an encoder.

use serde::{Deserialize, Serialize};

use super::Dataset;
use crate::Problem;
use crate::check::Checker;

/// Two groups of units; in each vector the same unit of both is on. The input is the target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderSpec {
    /// Units of a group, and vectors.
    pub units: usize,
}

impl Dataset for EncoderSpec {
    fn predicts_its_input(&self) -> bool {
        true
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = (2..=1000).contains(&self.units);
        checker.require("units", fine, "2 to 1000 units in a group")
    }
}
