//! `maximum_a_posteriori`: the criterion of LeNet-5, with a class for what is none.

use serde::{Deserialize, Serialize};

use super::Loss;
use crate::Problem;
use crate::check::{Checker, is_positive};
use crate::link::Link;

/// The penalty of the right class against those of the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaximumAPosterioriSpec {
    /// j: the penalty of what is no class at all, above 0.
    pub rubbish: f64,
}

impl Default for MaximumAPosterioriSpec {
    fn default() -> Self {
        Self { rubbish: 1.0 }
    }
}

impl Loss for MaximumAPosterioriSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let (value, name) = (self.rubbish, ("rubbish", "penalty"));
        checker.named(name, value, is_positive(value), "above 0")
    }

    fn takes_smoothed_targets(&self) -> bool {
        false
    }

    fn smallest_wins(&self) -> bool {
        true
    }

    /// Of the classes alone, what is none left out.
    fn link(&self) -> Option<Link> {
        Some(Link::SoftmaxOfPenalties)
    }
}
