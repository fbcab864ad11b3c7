//! `[training]`: how parameters are learned.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::Problem;
use crate::check::Checker;
use crate::escapes::EscapeSpec;
use crate::model::PlannedLayer;
use crate::schedules::{Position, ScheduleSpec};
use crate::stopping::StoppingSpec;
use crate::validation::ValidationSpec;

pub use crate::gradient_check::{GradientCheckSpec, TimeBudget};
pub use crate::losses::LossSpec;
pub use crate::measures::{LayerMetric, Metric, Right};
pub use crate::optimizers::OptimizerSpec;
pub use crate::regularization::{ClipSpec, RegularizationSpec};

/// How an experiment learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Passes over the training samples; 0 where no layer learns: then it is only measured.
    pub epochs: usize,
    /// Samples in one update; the last batch of an epoch may be smaller.
    pub batch_size: BatchSize,
    /// What is minimised.
    pub loss: LossSpec,
    /// The rule of the update.
    pub optimizer: OptimizerSpec,
    /// Rules of their own for parts of the network, by what the names of their parameters begin with
    /// (`0.encoder`); the longest such name decides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub part_optimizers: BTreeMap<String, OptimizerSpec>,
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
    /// Which training samples are held back to be measured on; none: all are learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<ValidationSpec>,
    /// When training ends before its last epoch.
    #[serde(default)]
    pub stopping: StoppingSpec,
    /// Ways out of a local minimum; each implementation trains once with each.
    #[serde(default)]
    pub escapes: Vec<EscapeSpec>,
    /// Whether training ends with the mean of the weights after each update in place of the last
    /// ones (Polyak & Juditsky 1992); of a perceptron the averaged one (Freund & Schapire 1999).
    #[serde(default, skip_serializing_if = "is_false")]
    pub averaging: bool,
    /// Whether training ends with the weights that had the best accuracy on the training samples
    /// after any update, the pocket of Gallant 1990: all of them are measured after each.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pocket: bool,
    /// Whether each epoch takes the samples in a new random order.
    #[serde(default = "yes")]
    pub shuffle: bool,
    /// What is measured on the test samples besides the loss; none: accuracy for classes, r2 and
    /// rmse for a real target.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// When an output is right, which `metrics = ["wrong"]` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Right>,
    /// Positions of a sequence are measured apart by their number modulo this, where each has a
    /// real target: `test_rmse_phase_0` is the error at positions 0, P, 2 P ... Of words (dataset
    /// `letters`) by their place in the word, later ones with the last phase. 0: not apart.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub phases: usize,
    /// Whether errors are also measured of each number of the target alone: `test_rmse_output_0`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub each_output: bool,
    /// What is measured on the outputs of each activation function, over the test samples: the name
    /// of its layer stands behind, as in `test_dead_units_1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layer_metrics: Vec<LayerMetric>,
    /// Test samples at which the Jacobian of each layer with parameters, together with the functions
    /// behind it, is taken before training: the mean of its singular values is recorded (Glorot &
    /// Bengio 2010). 0: none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub jacobian_samples: usize,
    /// Threads of the hand-written implementation and of burn; none: one for each core. The
    /// results do not depend on it. (burn's ndarray device takes the threads of its matrix products
    /// from the environment, `MATMUL_NUM_THREADS`.)
    #[serde(default)]
    pub threads: Option<usize>,
    /// Vector instructions of the hand-written implementation; none: the best that the processor
    /// has. Runs with the same ones have the same bits on every processor.
    #[serde(default)]
    pub instruction_set: Option<InstructionSet>,
}

/// Vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstructionSet {
    /// One number at a time.
    Scalar,
    /// x86-64: vectors of 256 bits.
    Avx2,
    /// x86-64: vectors of 512 bits.
    Avx512,
    /// ARM: vectors of 128 bits.
    Neon,
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

        deserializer.deserialize_any(BatchSizeVisitor)
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
            part_optimizers: BTreeMap::new(),
            schedule: ScheduleSpec::default(),
            warmup: 0,
            clip: None,
            regularization: RegularizationSpec::default(),
            label_smoothing: 0.0,
            validation: None,
            stopping: StoppingSpec::default(),
            escapes: Vec::new(),
            averaging: false,
            pocket: false,
            shuffle: true,
            metrics: Vec::new(),
            right: None,
            phases: 0,
            each_output: false,
            layer_metrics: Vec::new(),
            jacobian_samples: 0,
            threads: None,
            instruction_set: None,
        }
    }

    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
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
        let metrics: Vec<_> = self.metrics.iter().map(|metric| metric.name()).collect();
        check_each_once("training.metrics", &metrics)?;
        let metrics: Vec<_> = self.layer_metrics.iter().map(|m| m.name()).collect();
        check_each_once("training.layer_metrics", &metrics)?;
        if let Some(right) = self.right {
            right.check(&Checker::new("training"))?;
        }
        self.check_smoothing()?;
        self.loss.check()?;
        if let Some(clip) = self.clip {
            clip.check()?;
        }
        for (index, escape) in self.escapes.iter().enumerate() {
            escape.check(&format!("training.escapes.{index}"))?;
        }
        self.regularization.check()?;
        self.schedule.check()?;
        if let Some(validation) = &self.validation {
            validation.check(&Checker::new("training.validation"))?;
        }
        self.stopping.check()?;
        self.optimizer.check("training.optimizer")?;
        self.check_part_optimizers()
    }

    fn check_part_optimizers(&self) -> Result<(), Problem> {
        for (part, rule) in &self.part_optimizers {
            let key = format!("training.part_optimizers.\"{part}\"");
            rule.check(&key)?;
            if rule.curvature_samples().is_some() {
                let reason = format!("{} is a rule for all parameters", rule.kind());
                return Err(Problem::new(key, reason).hint("name it in training.optimizer"));
            }
        }
        Ok(())
    }

    /// Every rule: that of all parameters, then those of parts.
    pub fn optimizers(&self) -> impl Iterator<Item = &OptimizerSpec> + Clone {
        std::iter::once(&self.optimizer).chain(self.part_optimizers.values())
    }

    /// Which of the rules a parameter of this name learns by.
    pub fn optimizer_of(&self, parameter: &str) -> usize {
        let mut parts = self.part_optimizers.keys();
        // A name stands before those that it begins.
        let found = parts.rposition(|part| is_of(parameter, part));
        found.map_or(0, |at| at + 1)
    }

    /// Finds parts that the planned network does not have.
    pub(crate) fn check_parts(&self, plan: &[PlannedLayer]) -> Result<(), Problem> {
        let names = || {
            plan.iter()
                .flat_map(|layer| &layer.parameters)
                .map(|p| p.name.as_str())
        };
        let missing = |part: &&String| !names().any(|name| is_of(name, part));
        let Some(part) = self.part_optimizers.keys().find(missing) else {
            return Ok(());
        };
        let mut parts: Vec<&str> = names()
            .filter_map(|name| Some(name.rsplit_once('.')?.0))
            .collect();
        parts.dedup();
        let reason = format!("no parameter's name begins with `{part}`");
        let hint = format!("parameters are of {}", parts.join(", "));
        Err(Problem::new(format!("training.part_optimizers.\"{part}\""), reason).hint(hint))
    }

    /// A loss that only asks for the right class has no smoothed target.
    fn check_smoothing(&self) -> Result<(), Problem> {
        let key = "training.label_smoothing";
        if !(0.0..1.0).contains(&self.label_smoothing) {
            let reason = format!("{} is not a possible smoothing", self.label_smoothing);
            return Err(Problem::new(key, reason).hint("0 or more and below 1"));
        }
        if self.label_smoothing > 0.0 && !self.loss.loss().takes_smoothed_targets() {
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

/// Whether a parameter's name is that of the part, or of something in it.
fn is_of(parameter: &str, part: &str) -> bool {
    let rest = parameter.strip_prefix(part);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Finds a name that stands in a list twice.
fn check_each_once(key: &str, names: &[&str]) -> Result<(), Problem> {
    match (1..names.len()).find(|&index| names[..index].contains(&names[index])) {
        None => Ok(()),
        Some(index) => {
            let reason = format!("\"{}\" stands there twice", names[index]);
            Err(Problem::new(format!("{key}.{index}"), reason))
        }
    }
}

fn is_zero(samples: &usize) -> bool {
    *samples == 0
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn yes() -> bool {
    true
}
