//! `layer_norm`: each sample at mean 0 and variance 1; of a sequence `[T, D]` each position.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// Layer normalisation with weight (scale) and, unless it says otherwise, bias (shift) a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayerNormSpec {
    /// Added to the variance.
    pub epsilon: f64,
    /// Whether there is a bias.
    #[serde(skip_serializing_if = "is_true")]
    pub bias: bool,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
}

impl Default for LayerNormSpec {
    fn default() -> Self {
        Self {
            epsilon: 1e-5,
            bias: true,
            name: None,
        }
    }
}

impl Layer for LayerNormSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.epsilon(self.epsilon)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        layer.parameters = planner.scale_and_shift(match layer.input[..] {
            [_, features] => vec![features],
            _ => layer.input.clone(),
        });
        layer.parameters.truncate(1 + usize::from(self.bias));
        Ok(())
    }

    fn learns(&self) -> bool {
        true
    }
}

fn is_true(flag: &bool) -> bool {
    *flag
}
