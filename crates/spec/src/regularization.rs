//! `training.regularization` and `training.clip`: what keeps weights and gradients small.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// What bounds the gradients, after the penalties are added.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClipSpec {
    /// Each number to \[−value, value\].
    Value(f64),
    /// All together: if the norm of the gradients of all parameters is larger, they are scaled down
    /// to it.
    Norm(f64),
}

impl ClipSpec {
    pub(crate) fn check(self) -> Result<(), Problem> {
        let (kind, bound) = match self {
            Self::Value(bound) => ("value", bound),
            Self::Norm(bound) => ("norm", bound),
        };
        if bound > 0.0 && bound.is_finite() {
            return Ok(());
        }
        let reason = format!("{bound} is not a possible bound");
        Err(Problem::new(format!("training.clip.{kind}"), reason).hint("above 0"))
    }
}

/// Penalties on the weights: the objective is λ L + l1 Σ|w| + l2/2 Σ w² + (1 − λ) Σ w².
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegularizationSpec {
    /// Factor of Σ|w|; its derivative at 0 is 0.
    pub l1: f64,
    /// Factor of ½ Σ w².
    pub l2: f64,
    /// λ of the textbook's objective λ · mean(E_k) + (1 − λ) · Σ w²; none: 1.
    pub lambda: Option<f64>,
    /// Largest norm of the weights that go into one unit; longer ones are scaled down to it after
    /// each update.
    pub max_norm: Option<f64>,
    /// Whether penalties are for biases and normalisations too, and not only for weights.
    pub biases: bool,
}

impl RegularizationSpec {
    /// λ.
    pub fn lambda(&self) -> f64 {
        self.lambda.unwrap_or(1.0)
    }

    /// Factor of ½ Σ w² in the objective, from `l2` and `lambda` together.
    pub fn half_squares(&self) -> f64 {
        self.l2 + 2.0 * (1.0 - self.lambda())
    }

    /// Whether there is any penalty.
    pub fn penalizes(&self) -> bool {
        self.l1 > 0.0 || self.half_squares() > 0.0
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        let not_negative = |v: f64| v >= 0.0 && v.is_finite();
        let lambda = self.lambda();
        let max_norm = self.max_norm.unwrap_or(1.0);
        let values = [
            ("l1", self.l1, not_negative(self.l1), "0 or more"),
            ("l2", self.l2, not_negative(self.l2), "0 or more"),
            (
                "lambda",
                lambda,
                lambda > 0.0 && lambda <= 1.0,
                "above 0 and at most 1",
            ),
            (
                "max_norm",
                max_norm,
                max_norm > 0.0 && max_norm.is_finite(),
                "above 0",
            ),
        ];
        for (name, value, fine, expected) in values {
            if !fine {
                let key = format!("training.regularization.{name}");
                let reason = format!("{value} is not a possible {}", name.replace('_', " "));
                return Err(Problem::new(key, reason).hint(expected));
            }
        }
        Ok(())
    }
}
