//! `xor`: the four points of exclusive or.

use serde::{Deserialize, Serialize};

use super::Dataset;

/// Exclusive or: no settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct XorSpec {}

impl Dataset for XorSpec {}
