//! `[gradient_check]`: how gradients are proved.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// How gradients are proved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradientCheckSpec {
    /// Whether `run` holds the gradients against burn's before it trains.
    pub before_training: bool,
    /// Samples in the batch whose gradients are compared.
    pub batch_size: usize,
    /// Entries of each tensor compared with central differences; a smaller tensor is compared
    /// whole.
    pub entries: usize,
    /// Updates of the trajectory; 0: there is none, for a network whose update takes burn minutes.
    pub steps: usize,
    /// Largest relative error of an f64 gradient against burn's.
    pub tolerance_f64: f64,
    /// Largest relative error of an f32 gradient against burn's.
    pub tolerance_f32: f64,
    /// Largest relative error of an f64 gradient against central differences.
    pub tolerance_differences: f64,
    /// Largest difference of a parameter after the f64 trajectory.
    pub tolerance_trajectory: f64,
}

impl Default for GradientCheckSpec {
    fn default() -> Self {
        Self {
            before_training: true,
            batch_size: 16,
            entries: 24,
            steps: 100,
            tolerance_f64: 1e-11,
            tolerance_f32: 1e-4,
            tolerance_differences: 1e-6,
            tolerance_trajectory: 1e-10,
        }
    }
}

impl GradientCheckSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let counts = [("batch_size", self.batch_size), ("entries", self.entries)];
        for (name, value) in counts {
            if value == 0 {
                let key = format!("gradient_check.{name}");
                return Err(Problem::new(key, "0 checks nothing").hint("1 or more"));
            }
        }
        let tolerances = [
            ("tolerance_f64", self.tolerance_f64),
            ("tolerance_f32", self.tolerance_f32),
            ("tolerance_differences", self.tolerance_differences),
            ("tolerance_trajectory", self.tolerance_trajectory),
        ];
        for (name, value) in tolerances {
            if !(value > 0.0 && value < 1.0) {
                let key = format!("gradient_check.{name}");
                let reason = format!("{value} is not a possible tolerance");
                return Err(Problem::new(key, reason).hint("above 0 and below 1"));
            }
        }
        Ok(())
    }
}
