//! `prelu`: y = x where x > 0, else a x with learned a.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// Rectifier with a learned slope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreluSpec {
    /// The slope at first.
    pub slope: f64,
    /// Whether each channel (of a vector: each feature) has a slope of its own.
    pub per_channel: bool,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
}

impl Default for PreluSpec {
    fn default() -> Self {
        Self {
            slope: 0.25,
            per_channel: false,
            name: None,
        }
    }
}

impl Layer for PreluSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.slope(self.slope)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        if self.per_channel {
            planner.no_sequence(layer, "set per_channel = false")?;
        }
        let slopes = match self.per_channel {
            true => layer.channels()[0],
            false => 1,
        };
        layer.parameters = vec![planner.fixed("weight", vec![slopes], self.slope)];
        Ok(())
    }

    fn learns(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
