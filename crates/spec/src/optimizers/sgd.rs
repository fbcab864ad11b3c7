//! `sgd`: w ← w − η g.

use serde::{Deserialize, Serialize};

use super::Optimizer;

/// Gradient descent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdSpec {
    /// η.
    pub learning_rate: f64,
}

impl Optimizer for SgdSpec {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        0
    }
}
