//! `rnn`: the network of Elman 1990, whose units see their own outputs of the step before.

use serde::{Deserialize, Serialize};

use super::recurrent::{Cell, GradientSpec};
use super::{Checker, Layer, one};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, Planner};

/// A recurrent layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RnnSpec {
    /// Number of units, H: the outputs of each step.
    pub units: usize,
    /// Function of the net input.
    #[serde(default, skip_serializing_if = "RnnActivation::is_tanh")]
    pub activation: RnnActivation,
    /// How far the gradient goes back through time.
    #[serde(default, skip_serializing_if = "GradientSpec::is_full")]
    pub gradient: GradientSpec,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial weights; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
    /// Initial biases; none: `[model] biases`.
    #[serde(default)]
    pub biases: Option<Initializer>,
    /// Factor of the learning rate; 0: the layer stays as it is.
    #[serde(default = "one")]
    pub learning_rate: f64,
}

impl RnnSpec {
    /// A layer of so many units, everything else as in a config that does not say.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            activation: RnnActivation::Tanh,
            gradient: GradientSpec::Full,
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }

    fn cell(&self) -> Cell {
        Cell {
            units: self.units,
            gates: 1,
            weights: self.weights.clone(),
            biases: self.biases.clone(),
            learning_rate: self.learning_rate,
        }
    }
}

impl Layer for RnnSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.cell().check(checker, self.gradient)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        self.cell().plan(planner, layer)
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("units")
    }

    fn learns(&self) -> bool {
        true
    }

    fn truncates_gradient(&self) -> bool {
        !self.gradient.is_full()
    }
}

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

impl RnnActivation {
    /// Whether it is the default, which configs need not say.
    fn is_tanh(&self) -> bool {
        *self == Self::Tanh
    }
}
