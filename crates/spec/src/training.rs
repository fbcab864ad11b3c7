//! `[training]` and `[gradient_check]`: how parameters are learned and how gradients are proved.

use std::fmt;

use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::Problem;

/// How an experiment learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples in one update; the last batch of an epoch may be smaller.
    pub batch_size: BatchSize,
    /// What is minimised.
    pub loss: LossSpec,
    /// The rule of the update.
    pub optimizer: OptimizerSpec,
    /// Whether each epoch takes the samples in a new random order.
    #[serde(default = "yes")]
    pub shuffle: bool,
    /// What is measured on the test samples besides the loss; none: accuracy for classes, r2 and
    /// rmse for a real target.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// Threads of the hand-written implementation and of burn; none: one for each core. The
    /// results do not depend on it. (burn's ndarray device takes the threads of its matrix products
    /// from the environment, `MATMUL_NUM_THREADS`.)
    #[serde(default)]
    pub threads: Option<usize>,
}

/// Samples in one update. 1 is the standard backpropagation of the textbooks, `"all"` the
/// accumulated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchSize {
    /// So many.
    Samples(usize),
    /// The whole training set.
    All,
}

impl BatchSize {
    /// The number of samples in a batch of a training set of `len` samples.
    pub fn of(self, len: usize) -> usize {
        match self {
            Self::Samples(samples) => samples.min(len),
            Self::All => len,
        }
    }
}

impl fmt::Display for BatchSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Samples(samples) => write!(f, "{samples}"),
            Self::All => write!(f, "all"),
        }
    }
}

impl Serialize for BatchSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Samples(samples) => serializer.serialize_u64(*samples as u64),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl<'de> Deserialize<'de> for BatchSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BatchSizeVisitor;

        impl Visitor<'_> for BatchSizeVisitor {
            type Value = BatchSize;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of samples or \"all\"")
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<BatchSize, E> {
                usize::try_from(value)
                    .map(BatchSize::Samples)
                    .map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<BatchSize, E> {
                match value {
                    "all" => Ok(BatchSize::All),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer
            .deserialize_any(BatchSizeVisitor)
            .map_err(D::Error::custom)
    }
}

/// The loss L of a batch of N samples with outputs y and targets t: a mean over the samples, a sum
/// over the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossSpec {
    /// L = 1/(2N) Σₙ Σₖ (yₙₖ − tₙₖ)², with the 1/2 of the textbooks.
    SquaredError,
    /// L = −1/N Σₙ Σₖ \[t ln σ(y) + (1 − t) ln(1 − σ(y))\]: the outputs are logits.
    BinaryCrossEntropy,
    /// L = −1/N Σₙ Σₖ t ln softmax(y)ₖ: the outputs are logits.
    SoftmaxCrossEntropy,
}

/// The update of a parameter w with gradient g.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerSpec {
    /// w ← w − η g.
    Sgd {
        /// η.
        learning_rate: f64,
    },
    /// v ← μ v + g; w ← w − η v.
    Momentum {
        /// η.
        learning_rate: f64,
        /// μ.
        #[serde(default = "default_momentum")]
        momentum: f64,
    },
    /// v ← μ v + g; w ← w − η (g + μ v).
    Nesterov {
        /// η.
        learning_rate: f64,
        /// μ.
        #[serde(default = "default_momentum")]
        momentum: f64,
    },
    /// Adam (Kingma & Ba 2015, algorithm 1), ε outside the square root.
    Adam {
        /// η.
        learning_rate: f64,
        /// β₁.
        #[serde(default = "default_beta1")]
        beta1: f64,
        /// β₂.
        #[serde(default = "default_beta2")]
        beta2: f64,
        /// ε.
        #[serde(default = "default_epsilon")]
        epsilon: f64,
    },
}

impl OptimizerSpec {
    /// Its name in a config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sgd { .. } => "sgd",
            Self::Momentum { .. } => "momentum",
            Self::Nesterov { .. } => "nesterov",
            Self::Adam { .. } => "adam",
        }
    }

    /// Its settings by name, the learning rate first.
    pub fn settings(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Sgd { learning_rate } => vec![("learning_rate", learning_rate)],
            Self::Momentum {
                learning_rate,
                momentum,
            }
            | Self::Nesterov {
                learning_rate,
                momentum,
            } => vec![("learning_rate", learning_rate), ("momentum", momentum)],
            Self::Adam {
                learning_rate,
                beta1,
                beta2,
                epsilon,
            } => vec![
                ("learning_rate", learning_rate),
                ("beta1", beta1),
                ("beta2", beta2),
                ("epsilon", epsilon),
            ],
        }
    }
}

/// What is measured on the test samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of the samples whose class is right.
    Accuracy,
    /// Coefficient of determination, 1 − Σ(y − t)² / Σ(t − mean t)².
    R2,
    /// Root of the mean squared error, in the target's own unit.
    Rmse,
    /// Mean absolute error, in the target's own unit.
    Mae,
}

impl Metric {
    /// Its name in a config and in the columns of a record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::R2 => "r2",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
        }
    }
}

/// How gradients are proved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradientCheckSpec {
    /// Whether `run` holds the gradients against burn's before it trains.
    pub before_training: bool,
    /// Samples in the batch whose gradients are compared.
    pub batch_size: usize,
    /// Entries of each tensor compared with central differences; a smaller tensor is compared whole.
    pub entries: usize,
    /// Updates of the trajectory.
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

impl TrainingSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.epochs == 0 {
            let problem = Problem::new("training.epochs", "0 epochs train nothing");
            return Err(problem.hint("1 or more"));
        }
        if self.batch_size == BatchSize::Samples(0) {
            let problem = Problem::new("training.batch_size", "a batch of 0 samples is empty");
            return Err(problem.hint("1 or more, or \"all\""));
        }
        if let Some(threads) = self.threads
            && !(1..=1024).contains(&threads)
        {
            let reason = format!("{threads} threads cannot run");
            return Err(Problem::new("training.threads", reason).hint("1 to 1024"));
        }
        for (index, metric) in self.metrics.iter().enumerate() {
            if self.metrics[..index].contains(metric) {
                let reason = format!("\"{}\" stands there twice", metric.name());
                return Err(Problem::new(format!("training.metrics.{index}"), reason));
            }
        }
        self.check_optimizer()
    }

    fn check_optimizer(&self) -> Result<(), Problem> {
        for (name, value) in self.optimizer.settings() {
            let (fine, expected) = match name {
                "learning_rate" | "epsilon" => (value > 0.0 && value.is_finite(), "above 0"),
                _ => ((0.0..1.0).contains(&value), "0 or more and below 1"),
            };
            if !fine {
                let key = format!("training.optimizer.{}.{name}", self.optimizer.kind());
                let reason = format!("{value} is not a possible {}", name.replace('_', " "));
                return Err(Problem::new(key, reason).hint(expected));
            }
        }
        Ok(())
    }
}

impl GradientCheckSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let counts = [
            ("batch_size", self.batch_size),
            ("entries", self.entries),
            ("steps", self.steps),
        ];
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

fn yes() -> bool {
    true
}

fn default_momentum() -> f64 {
    0.9
}

fn default_beta1() -> f64 {
    0.9
}

fn default_beta2() -> f64 {
    0.999
}

fn default_epsilon() -> f64 {
    1e-8
}
