//! `linear`: y = x Wᵀ + b; of a sequence `[T, D]` at each position.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, one, yes};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, Planner, Unit};

/// A fully connected layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearSpec {
    /// Number of outputs.
    pub units: usize,
    /// Whether there is a bias.
    #[serde(default = "yes")]
    pub bias: bool,
    /// Name in parameter paths (`name.weight`); none: the layer's index in the list.
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

impl LinearSpec {
    /// A layer with biases, everything else as in a config that does not say.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            bias: true,
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }
}

impl Layer for LinearSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("units", self.units)?;
        checker.learning_rate(self.learning_rate)?;
        if let Some(Initializer::LeastSquares { ridge }) = self.weights {
            checker.not_negative("weights.least_squares.ridge", ridge)?;
            let reason = "least_squares gives the biases, too";
            return checker.require("biases", self.biases.is_none(), reason);
        }
        checker.initializers(&self.weights, &self.biases)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        if self.is_solved() {
            planner.no_sequence(layer, "put \"flatten\" or \"last\" before it")?;
        }
        let [positions, inputs] = layer.positions();
        layer.output = layer.with_features(self.units);
        layer.multiplications = layer
            .is_sequence()
            .then_some(positions * inputs * self.units);
        layer.multiply_adds = positions * inputs * self.units;
        let unit = Unit {
            fan: [inputs, self.units],
            weights: self.weights.clone(),
            biases: self.bias.then(|| match self.is_solved() {
                true => self.weights.clone(),
                false => self.biases.clone(),
            }),
            learning_rate: self.learning_rate,
        };
        layer.parameters = planner.unit(vec![self.units, inputs], self.units, unit);
        Ok(())
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("units")
    }

    fn learns(&self) -> bool {
        !self.is_fixed()
    }

    fn is_fixed(&self) -> bool {
        self.learning_rate == 0.0
    }

    fn is_solved(&self) -> bool {
        matches!(self.weights, Some(Initializer::LeastSquares { .. }))
    }

    fn has_curvature(&self) -> bool {
        true
    }

    fn shifts_channels(&self) -> bool {
        self.bias
    }
}
