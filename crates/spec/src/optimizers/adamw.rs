//! `adamw`: w ← w − η λ w, then Adam.

use serde::{Deserialize, Serialize};

use super::{Optimizer, beta2, epsilon, point_nine};
use crate::Problem;
use crate::check::Checker;

/// Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamWSpec {
    /// η.
    pub learning_rate: f64,
    /// β₁.
    #[serde(default = "point_nine")]
    pub beta1: f64,
    /// β₂.
    #[serde(default = "beta2")]
    pub beta2: f64,
    /// ε.
    #[serde(default = "epsilon")]
    pub epsilon: f64,
    /// λ.
    #[serde(default = "weight_decay")]
    pub weight_decay: f64,
    /// What decays.
    #[serde(default, skip_serializing_if = "Decays::is_default")]
    pub decays: Decays,
}

/// Which parameters decay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decays {
    /// Every parameter, as in the paper.
    #[default]
    All,
    /// Those of two dimensions or more: what weighs, kernels and tables of vectors; no biases, and
    /// not what scales and shifts after a normalisation.
    Matrices,
}

impl Decays {
    /// Whether a parameter of so many dimensions decays.
    pub fn takes(self, dimensions: usize) -> bool {
        self == Self::All || dimensions >= 2
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Optimizer for AdamWSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.below_one("beta1", self.beta1)?;
        checker.below_one("beta2", self.beta2)?;
        checker.positive("epsilon", self.epsilon)?;
        checker.below_one("weight_decay", self.weight_decay)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn decays(&self) -> Decays {
        self.decays
    }

    fn state_per_parameter(&self) -> usize {
        2
    }
}

fn weight_decay() -> f64 {
    0.01
}
