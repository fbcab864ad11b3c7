//! `[gradient_check]`: how gradients are proved.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::Problem;

/// How gradients are proved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradientCheckSpec {
    /// Whether `run` holds the gradients against burn's before it trains.
    pub before_training: bool,
    /// Time that a check may take. Where the whole would take longer on this machine, it compares
    /// fewer numbers of the same mathematics, and says what it left out.
    pub seconds: TimeBudget,
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
            seconds: TimeBudget::Seconds(30.0),
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
        if let TimeBudget::Seconds(seconds) = self.seconds
            && !(seconds > 0.0 && seconds.is_finite())
        {
            let reason = format!("a check cannot be done in {seconds} seconds");
            return Err(Problem::new("gradient_check.seconds", reason)
                .hint("more than 0, or \"unlimited\""));
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

/// The time that something may take: a number of seconds, or `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeBudget {
    /// So many.
    Seconds(f64),
    /// As long as it takes.
    Unlimited,
}

impl fmt::Display for TimeBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(f, "{seconds}"),
            Self::Unlimited => write!(f, "unlimited"),
        }
    }
}

impl Serialize for TimeBudget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_f64(*seconds),
            Self::Unlimited => serializer.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for TimeBudget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeBudgetVisitor;

        impl Visitor<'_> for TimeBudgetVisitor {
            type Value = TimeBudget;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds or \"unlimited\"")
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<TimeBudget, E> {
                Ok(TimeBudget::Seconds(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<TimeBudget, E> {
                self.visit_f64(value as f64)
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<TimeBudget, E> {
                match value {
                    "unlimited" => Ok(TimeBudget::Unlimited),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(TimeBudgetVisitor)
    }
}
