//! `gate`: a logic gate on all of its inputs.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget};

/// A logic gate, inputs and answers 0 and 1. Exclusive or is a set of its own, `xor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSpec {
    /// Which one.
    pub function: GateFunction,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(default, skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

/// What a gate computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateFunction {
    /// 1 if both inputs are 1.
    And,
    /// 1 if at least one input is 1.
    Or,
    /// 0 if both inputs are 1.
    Nand,
    /// 1 if both inputs are 0.
    Nor,
    /// 1 if its one input is 0.
    Not,
}

impl Dataset for GateSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }
}
