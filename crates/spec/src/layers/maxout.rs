//! `maxout`: the largest of several linear functions for each unit.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, Planner, Unit};

/// Maxout units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxoutSpec {
    /// Number of outputs.
    pub units: usize,
    /// Linear functions of each unit.
    pub pieces: usize,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial weights; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
    /// Initial biases; none: `[model] biases`.
    #[serde(default)]
    pub biases: Option<Initializer>,
}

impl Layer for MaxoutSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("units", self.units)?;
        checker.units("pieces", self.pieces)?;
        checker.initializers(&self.weights, &self.biases)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        planner.no_sequence(layer, "put \"flatten\" or \"last\" before it")?;
        let inputs = layer.inputs();
        layer.output = vec![self.units];
        let functions = self.units * self.pieces;
        let unit = Unit {
            fan: [inputs, self.units],
            weights: self.weights.clone(),
            biases: Some(self.biases.clone()),
            learning_rate: 1.0,
        };
        layer.parameters = planner.unit(vec![functions, inputs], functions, unit);
        layer.multiply_adds = functions * inputs;
        Ok(())
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("units")
    }

    fn learns(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
