//! `rprop`: only the sign of a gradient counts; for full batches.

use serde::{Deserialize, Serialize};

use super::Optimizer;
use crate::Problem;
use crate::check::{Checker, is_positive};

/// Resilient backpropagation (Riedmiller & Braun 1993).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RpropSpec {
    /// Δ at first.
    pub learning_rate: f64,
    /// η⁻: factor after a change of sign.
    #[serde(default = "half")]
    pub decrease: f64,
    /// η⁺: factor while the sign stays.
    #[serde(default = "increase")]
    pub increase: f64,
    /// Smallest Δ.
    #[serde(default = "smallest")]
    pub smallest: f64,
    /// Largest Δ.
    #[serde(default = "largest")]
    pub largest: f64,
}

impl Optimizer for RpropSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let (smallest, largest) = (self.smallest, self.largest);
        checker.below_one("decrease", self.decrease)?;
        checker.above_one("increase", self.increase)?;
        for (name, value) in [("smallest", smallest), ("largest", largest)] {
            let step = format!("{name} step");
            checker.named((name, &step), value, is_positive(value), "above 0")?;
        }
        if smallest > largest {
            let reason = format!("{smallest} is more than the largest step, {largest}");
            return Err(Problem::new(checker.field("smallest"), reason).hint("at most largest"));
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn state_per_parameter(&self) -> usize {
        2
    }
}

fn half() -> f64 {
    0.5
}

fn increase() -> f64 {
    1.2
}

fn smallest() -> f64 {
    1e-6
}

fn largest() -> f64 {
    50.0
}
