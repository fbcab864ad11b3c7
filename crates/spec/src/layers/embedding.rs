//! `embedding`: a vector of a table for each integer of the input.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// A table of vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSpec {
    /// Rows of the table: inputs are integers below it.
    pub tokens: usize,
    /// Numbers of each vector.
    pub dimension: usize,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial vectors; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
}

impl Layer for EmbeddingSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("tokens", self.tokens)?;
        checker.units("dimension", self.dimension)?;
        checker.initializers(&self.weights, &None)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        layer.output = vec![layer.inputs(), self.dimension];
        layer.parameters = vec![PlannedParameter {
            fan_in: 1,
            fan_out: self.dimension,
            initializer: planner.weights(&self.weights),
            ..planner.fixed("weight", vec![self.tokens, self.dimension], 0.0)
        }];
        layer.multiplications = Some(layer.outputs());
        Ok(())
    }

    fn learns(&self) -> bool {
        true
    }

    fn tokens(&self) -> Vec<usize> {
        vec![self.tokens]
    }
}
