//! `class_weights`: how much the samples of a class count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;

/// How much the samples of a class count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// N / (K N_k), so that each of the K classes counts alike however many samples it has.
    Balanced,
    /// A weight for each class by its name: `{ each = { yes = 3.0, no = 1.0 } }`.
    Each(BTreeMap<String, f64>),
}

impl ClassWeights {
    /// Finds impossible values; the checker is that of the data set.
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let Self::Each(weights) = self else {
            return Ok(());
        };
        for (name, weight) in weights {
            let field = format!("class_weights.each.{name}");
            let fine = *weight >= 0.0 && weight.is_finite();
            checker.named((&field, "weight"), *weight, fine, "0 or more")?;
        }
        let some = weights.values().any(|weight| *weight > 0.0);
        let reason = "one class or more must have a weight above 0";
        checker.require("class_weights.each", some, reason)
    }
}
