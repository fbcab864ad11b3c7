//! `lstm`: long short-term memory with forget gates, as most use it today.

use serde::{Deserialize, Serialize};

use super::recurrent::{Cell, GradientSpec};
use super::{Checker, Layer, one};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, Planner};

/// A layer of memory cells with input, forget and output gates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LstmSpec {
    /// Number of units, H: the outputs of each step.
    pub units: usize,
    /// Where the biases of the forget gates begin (Gers et al. 2000): `bias_ih_l0` has it there and
    /// is 0 elsewhere. None: they begin as the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forget_bias: Option<f64>,
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

impl LstmSpec {
    /// A layer of so many units, everything else as in a config that does not say.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            forget_bias: None,
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
            gates: 4,
            weights: self.weights.clone(),
            biases: self.biases.clone(),
            learning_rate: self.learning_rate,
        }
    }
}

impl Layer for LstmSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_forget_bias(checker, self.forget_bias)?;
        self.cell().check(checker, self.gradient)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        self.cell().plan(planner, layer)?;
        begin_forget_gates(layer, self.forget_bias);
        Ok(())
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

/// A forget bias is a finite number.
pub(super) fn check_forget_bias(checker: &Checker<'_>, bias: Option<f64>) -> Result<(), Problem> {
    let bias = bias.unwrap_or(0.0);
    checker.named(
        ("forget_bias", "bias"),
        bias,
        bias.is_finite(),
        "a finite number",
    )
}

/// Has `bias_ih_l0` begin at the forget bias, if there is one.
pub(super) fn begin_forget_gates(layer: &mut PlannedLayer, bias: Option<f64>) {
    if let Some(bias) = bias {
        layer.parameters[2].initializer = Initializer::ForgetGate(bias);
    }
}
