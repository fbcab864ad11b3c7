//! `local_response_norm`: each number divided by a root of the squares of its neighbour channels.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// y_c = x_c / (k + α Σ x_c'²)^β over `size` neighbour channels c' around c; the defaults are the
/// paper's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalResponseNormSpec {
    /// Channels summed over; odd.
    pub size: usize,
    /// α (not divided by the size, as in the paper).
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// k.
    pub k: f64,
}

impl Default for LocalResponseNormSpec {
    fn default() -> Self {
        Self {
            size: 5,
            alpha: 1e-4,
            beta: 0.75,
            k: 2.0,
        }
    }
}

impl Layer for LocalResponseNormSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let odd = self.size % 2 == 1;
        checker.number("size", self.size as f64, odd, "an odd number of channels")?;
        checker.positive("alpha", self.alpha)?;
        checker.positive("beta", self.beta)?;
        checker.positive("k", self.k)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        planner.image(&layer.input).map(|_| ())
    }
}
