//! `xor`: the four points of exclusive or.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget};

/// Exclusive or.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct XorSpec {
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Dataset for XorSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }
}
