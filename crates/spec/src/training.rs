//! `[training]` and `[gradient_check]`: how parameters are learned and how gradients are proved.

use std::fmt;

use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::Problem;
use crate::schedule::{Position, ScheduleSpec};
use crate::stopping::{EscapeSpec, StoppingSpec};

pub use crate::optimizer::OptimizerSpec;

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
    /// How the learning rate changes.
    #[serde(default)]
    pub schedule: ScheduleSpec,
    /// Updates at first in which the learning rate rises evenly from 0 to what the schedule says.
    #[serde(default)]
    pub warmup: usize,
    /// Bounds of the gradients.
    #[serde(default)]
    pub clip: Option<ClipSpec>,
    /// What is added to the loss to keep weights small, and their largest norm.
    #[serde(default)]
    pub regularization: RegularizationSpec,
    /// ε: the target of the right class is 1 − ε + ε/K, that of the others ε/K; training only.
    #[serde(default)]
    pub label_smoothing: f64,
    /// When training ends before its last epoch.
    #[serde(default)]
    pub stopping: StoppingSpec,
    /// Ways out of a local minimum; each implementation trains once with each.
    #[serde(default)]
    pub escapes: Vec<EscapeSpec>,
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

/// The loss L of a batch of N samples with outputs y and targets t: a mean over the samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LossSpec {
    /// L = 1/(2N) Σₙ Σₖ (yₙₖ − tₙₖ)², with the 1/2 of the textbooks.
    SquaredError,
    /// L = 1/N Σₙ Σₖ (yₙₖ − tₙₖ)².
    SumOfSquares,
    /// L = 1/(N K) Σₙ Σₖ (yₙₖ − tₙₖ)².
    MeanOfSquares,
    /// L = −1/N Σₙ Σₖ \[t ln σ(y) + (1 − t) ln(1 − σ(y))\]: the outputs are logits.
    BinaryCrossEntropy,
    /// L = −1/N Σₙ Σₖ t ln softmax(y)ₖ: the outputs are logits.
    SoftmaxCrossEntropy,
    /// L = 1/N Σₙ KL(t ‖ softmax(y)) = 1/N Σₙ Σₖ t ln(t / softmax(y)ₖ): the outputs are logits.
    KlDivergence,
    /// L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1), c the right class (Weston & Watkins 1999).
    Hinge,
    /// L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1)².
    SquaredHinge,
    /// L = 1/N Σₙ \[y_c + ln(e^(−j) + Σₖ e^(−yₖ))\], c the right class: LeNet-5's criterion
    /// (LeCun et al. 1998, eq. 9). The outputs are penalties: the smallest is the answer.
    MaximumAPosteriori {
        /// j: the penalty of what is no class at all, above 0.
        #[serde(default = "one")]
        rubbish: f64,
    },
}

impl LossSpec {
    /// Its name in a config.
    pub fn kind(self) -> &'static str {
        match self {
            Self::SquaredError => "squared_error",
            Self::SumOfSquares => "sum_of_squares",
            Self::MeanOfSquares => "mean_of_squares",
            Self::BinaryCrossEntropy => "binary_cross_entropy",
            Self::SoftmaxCrossEntropy => "softmax_cross_entropy",
            Self::KlDivergence => "kl_divergence",
            Self::Hinge => "hinge",
            Self::SquaredHinge => "squared_hinge",
            Self::MaximumAPosteriori { .. } => "maximum_a_posteriori",
        }
    }

    /// Whether it has a second derivative by the outputs, which `diagonal_levenberg_marquardt`
    /// needs.
    pub fn has_curvature(self) -> bool {
        !matches!(self, Self::Hinge | Self::SquaredHinge)
    }

    /// Whether it suits a real target.
    pub fn for_real_targets(self) -> bool {
        matches!(
            self,
            Self::SquaredError | Self::SumOfSquares | Self::MeanOfSquares
        )
    }

    /// Whether two classes may share one output.
    pub fn for_one_output(self) -> bool {
        self.for_real_targets() || self == Self::BinaryCrossEntropy
    }

    /// Whether it compares the outputs with targets that need not be 0 and 1.
    pub fn takes_smoothed_targets(self) -> bool {
        match self {
            Self::SquaredError
            | Self::SumOfSquares
            | Self::MeanOfSquares
            | Self::BinaryCrossEntropy
            | Self::SoftmaxCrossEntropy
            | Self::KlDivergence => true,
            Self::Hinge | Self::SquaredHinge | Self::MaximumAPosteriori { .. } => false,
        }
    }

    /// Whether the class with the smallest output is the answer.
    pub fn smallest_wins(self) -> bool {
        matches!(self, Self::MaximumAPosteriori { .. })
    }
}

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
    fn check(self) -> Result<(), Problem> {
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

    fn check(&self) -> Result<(), Problem> {
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

impl TrainingSpec {
    /// One epoch in batches of everything with this loss and rule, everything else as in a config
    /// that does not say.
    pub fn new(loss: LossSpec, optimizer: OptimizerSpec) -> Self {
        Self {
            epochs: 1,
            batch_size: BatchSize::All,
            loss,
            optimizer,
            schedule: ScheduleSpec::default(),
            warmup: 0,
            clip: None,
            regularization: RegularizationSpec::default(),
            label_smoothing: 0.0,
            stopping: StoppingSpec::default(),
            escapes: Vec::new(),
            shuffle: true,
            metrics: Vec::new(),
            threads: None,
        }
    }

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
        self.check_smoothing()?;
        if let LossSpec::MaximumAPosteriori { rubbish } = self.loss
            && !(rubbish > 0.0 && rubbish.is_finite())
        {
            let reason = format!("{rubbish} is not a possible penalty");
            let key = "training.loss.maximum_a_posteriori.rubbish";
            return Err(Problem::new(key, reason).hint("above 0"));
        }
        if let Some(clip) = self.clip {
            clip.check()?;
        }
        for (index, escape) in self.escapes.iter().enumerate() {
            escape.check(&format!("training.escapes.{index}"))?;
        }
        self.regularization.check()?;
        self.schedule.check()?;
        self.stopping.check()?;
        self.optimizer.check()
    }

    /// A loss that only asks for the right class has no smoothed target.
    fn check_smoothing(&self) -> Result<(), Problem> {
        let key = "training.label_smoothing";
        if !(0.0..1.0).contains(&self.label_smoothing) {
            let reason = format!("{} is not a possible smoothing", self.label_smoothing);
            return Err(Problem::new(key, reason).hint("0 or more and below 1"));
        }
        if self.label_smoothing > 0.0 && !self.loss.takes_smoothed_targets() {
            let kind = self.loss.kind();
            let reason = format!("{kind} only asks which class is right, not for smoothed targets");
            return Err(Problem::new(key, reason)
                .hint("leave it out, or use softmax_cross_entropy or another loss of targets"));
        }
        Ok(())
    }

    /// The learning rate of an update, by schedule and warm-up.
    pub fn learning_rate(&self, at: Position) -> f64 {
        let rate = self
            .schedule
            .learning_rate(self.optimizer.learning_rate(), at);
        match at.step < self.warmup {
            true => rate * (at.step + 1) as f64 / self.warmup as f64,
            false => rate,
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

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}
