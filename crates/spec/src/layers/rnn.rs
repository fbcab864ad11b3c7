//! `rnn`: the network of Elman 1990, whose units see their own outputs of the step before.

use serde::{Deserialize, Serialize};

use super::recurrent::{Recurrent, is_default, recurrent};

recurrent! {
    /// A recurrent layer.
    struct RnnSpec of 1 gates {
        /// Function of the net input.
        #[serde(default, skip_serializing_if = "is_default")]
        activation: RnnActivation = RnnActivation::Tanh,
    }
}

impl Recurrent for RnnSpec {}

/// What makes the output of a net input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RnnActivation {
    /// tanh a.
    #[default]
    Tanh,
    /// 1 / (1 + e⁻ᵃ), Elman's.
    Sigmoid,
    /// max(0, a).
    Relu,
}
