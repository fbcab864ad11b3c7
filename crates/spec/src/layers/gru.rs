//! `gru`: gated recurrent units.

use serde::{Deserialize, Serialize};

use super::recurrent::{Cell, GradientSpec};
use super::{Checker, Layer, one};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, Planner};

/// A layer of gated recurrent units (Cho et al. 2014), reset after the product, as in PyTorch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GruSpec {
    /// Number of units, H: the outputs of each step.
    pub units: usize,
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

impl GruSpec {
    /// A layer of so many units, everything else as in a config that does not say.
    pub fn new(units: usize) -> Self {
        Self {
            units,
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
            gates: 3,
            weights: self.weights.clone(),
            biases: self.biases.clone(),
            learning_rate: self.learning_rate,
        }
    }
}

impl Layer for GruSpec {
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
