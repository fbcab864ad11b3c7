//! `hebb`: what fires together wires together.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;

/// Hebb's rule: one pass over the samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HebbSpec {
    /// η, by which every change is multiplied. The classes do not depend on it.
    pub learning_rate: f64,
}

impl Default for HebbSpec {
    fn default() -> Self {
        Self { learning_rate: 1.0 }
    }
}

impl Learner for HebbSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.positive("learning_rate", self.learning_rate)
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        Coding::Signs.two_classes(checker, data)
    }
}
