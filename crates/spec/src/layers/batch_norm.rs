//! `batch_norm`: each channel at mean 0 and variance 1 over the batch.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// Batch normalisation with weight (scale) and bias (shift) a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchNormSpec {
    /// Weight of the newest batch in the running mean and variance.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
}

impl Default for BatchNormSpec {
    fn default() -> Self {
        Self {
            momentum: 0.1,
            epsilon: 1e-5,
            name: None,
        }
    }
}

impl Layer for BatchNormSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = self.momentum > 0.0 && self.momentum <= 1.0;
        checker.number("momentum", self.momentum, fine, "above 0 and at most 1")?;
        checker.epsilon(self.epsilon)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        planner.no_sequence(layer, "use layer_norm, or put \"flatten\" before it")?;
        let channels = layer.channels()[0];
        layer.parameters = planner.scale_and_shift(vec![channels]);
        layer.buffers = vec![
            planner.fixed("running_mean", vec![channels], 0.0),
            planner.fixed("running_var", vec![channels], 1.0),
        ];
        Ok(())
    }

    fn learns(&self) -> bool {
        true
    }

    fn couples_samples(&self) -> bool {
        true
    }
}
