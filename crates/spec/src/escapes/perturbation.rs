//! `perturbation`: noise on the weights when the training is stuck.

use serde::{Deserialize, Serialize};

use super::Escape;
use crate::Problem;
use crate::check::Checker;

/// Noise where the training loss no longer changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerturbationSpec {
    /// Epochs looked back.
    pub epochs: usize,
    /// Largest change that counts as being stuck.
    pub change: f64,
    /// Standard deviation of the noise.
    pub std: f64,
}

impl Escape for PerturbationSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.count("epochs", self.epochs)?;
        checker.positive("change", self.change)?;
        checker.positive("std", self.std)
    }
}
