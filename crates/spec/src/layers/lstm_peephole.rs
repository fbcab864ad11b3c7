//! `lstm_peephole`: long short-term memory whose gates see the cells.

use serde::{Deserialize, Serialize};

use super::lstm::{begin_forget_gates, check_forget_bias};
use super::recurrent::{Cell, GradientSpec};
use super::{Checker, Layer, one};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// A layer of memory cells whose gates see the cell state (Gers, Schraudolph & Schmidhuber 2002).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LstmPeepholeSpec {
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

impl LstmPeepholeSpec {
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

impl Layer for LstmPeepholeSpec {
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
        // A connection from each cell to its own input, forget and output gate.
        let peepholes = self.cell();
        let peepholes = peepholes.parameter(planner, "weight_ch_l0", vec![3 * self.units], 1);
        layer.parameters.push(PlannedParameter {
            initializer: self
                .weights
                .as_ref()
                .unwrap_or(&planner.model.weights)
                .clone(),
            weighs: true,
            ..peepholes
        });
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
