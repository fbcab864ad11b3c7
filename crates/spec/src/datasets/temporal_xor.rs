//! `temporal_xor`: exclusive or in time (Elman 1990).

use serde::{Deserialize, Serialize};

use super::Dataset;
use crate::Problem;
use crate::check::Checker;

/// A stream of bits in which every third is the exclusive or of the two before; at each the next
/// one is to be predicted. Cut into sequences `[steps, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TemporalXorSpec {
    /// Bits to learn from.
    pub bits: usize,
    /// Further bits to be tested on.
    pub test_bits: usize,
    /// Bits of a sequence, a multiple of 3, or 1; a shorter last one is padded.
    pub steps: usize,
}

impl Default for TemporalXorSpec {
    fn default() -> Self {
        Self {
            bits: 3000,
            test_bits: 1200,
            steps: 12,
        }
    }
}

impl Dataset for TemporalXorSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let threes = (3..=30_000).contains(&self.steps) && self.steps.is_multiple_of(3);
        let steps = self.steps == 1 || threes;
        let reason = "a multiple of 3 bits, 3 to 30000, so that each part of the stream begins with \
                      the first of three; or 1, for a state that is carried from bit to bit";
        checker.require("steps", steps, reason)?;
        for (field, bits) in [("bits", self.bits), ("test_bits", self.test_bits)] {
            checker.require(
                field,
                (3..=10_000_000).contains(&bits),
                "3 to 10000000 bits",
            )?;
        }
        Ok(())
    }
}
