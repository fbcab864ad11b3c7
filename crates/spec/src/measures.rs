//! What is measured pass by pass: each measure has a name, a unit, the part of the data it is of,
//! a direction that is better, and what it is averaged over.
//!
//! A measure's *key* is its name behind that of its part: `train_loss`, `validation_accuracy`,
//! `test_rmse`; what is of no part (`learning_rate`, `seconds`) has its name for a key. Keys name
//! the columns of `epochs.csv` and the numbers of a record, and a config chooses a measure by its
//! key (`training.stopping.patience.measure`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::invariance::Transform;

/// Values of measures by their keys; one that is no number (R² of a single sample, say) is left
/// out.
pub type Values = BTreeMap<String, f64>;

/// One measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Names it among all measures of a run.
    pub key: String,
    /// What is measured, whatever the samples: `loss`, `accuracy`.
    pub name: String,
    /// Which samples it is of; none: no samples.
    pub part: Option<Part>,
    /// Unit; none: a pure number, or whatever unit the target has.
    pub unit: Option<String>,
    /// Which direction is better; none: neither.
    pub better: Option<Better>,
    /// What it is averaged over; none: no average.
    pub over: Option<Over>,
}

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The samples that are learned from.
    Train,
    /// Those held back from them.
    Validation,
    /// Those that nothing is decided by.
    Test,
}

/// The better of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// The larger.
    Higher,
    /// The smaller.
    Lower,
}

/// What a mean is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Samples: each counts once.
    Samples,
    /// Positions of sequences: a longer one counts more.
    Positions,
}

/// What is measured on samples besides the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of the samples, or positions, whose class is right.
    Accuracy,
    /// Share of the samples, or positions, whose class is wrong, 1 − accuracy: what published
    /// tables call the error.
    Error,
    /// Share of the sequences that are right at every position. A decoder that is taught by the
    /// target's own symbols and is right everywhere writes the same sequence by itself, choosing
    /// the likeliest symbol each time; so this is also the share that it writes without an error.
    ExactMatch,
    /// Mean of −log₂ p over the positions of sequences, p being the probability that the softmax of
    /// the outputs gives the class that is right: the cross-entropy in bits.
    BitsPerCharacter,
    /// Coefficient of determination, 1 − Σ(y − t)² / Σ(t − mean t)².
    R2,
    /// Root of the mean squared error, in the target's own unit.
    Rmse,
    /// Mean absolute error, in the target's own unit.
    Mae,
    /// Share of the samples of which an output is not right, of sequences at any position; a config
    /// says what is right ([`Right`]).
    Wrong,
}

/// When the outputs `[K]` that stand beside one target are right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Each is off by less than this.
    Within(f64),
    /// All whose target is 1 are larger than all others.
    MostActive,
}

impl Right {
    /// Finds an impossible bound of the setting `right`.
    pub(crate) fn check(self, checker: &Checker<'_>) -> Result<(), Problem> {
        match self {
            Self::MostActive => Ok(()),
            Self::Within(bound) => {
                let fine = bound > 0.0 && bound.is_finite();
                checker.named(("right.within", "bound"), bound, fine, "above 0")
            }
        }
    }
}

/// What is measured on the outputs of a layer that is an activation function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerMetric {
    /// Share of its units whose output is 0 for every sample: a rectifier among them has no
    /// gradient for any of these samples.
    DeadUnits,
    /// Mean output over units and samples.
    MeanActivation,
}

impl LayerMetric {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::DeadUnits, Self::MeanActivation];

    /// Its name in a config; a record has the layer's name behind it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeadUnits => "dead_units",
            Self::MeanActivation => "mean_activation",
        }
    }
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Accuracy,
        Self::Error,
        Self::ExactMatch,
        Self::BitsPerCharacter,
        Self::R2,
        Self::Rmse,
        Self::Mae,
        Self::Wrong,
    ];

    /// Whether it is of classes; otherwise it is of real targets.
    pub fn is_of_classes(self) -> bool {
        let of_classes = [
            Self::Accuracy,
            Self::Error,
            Self::ExactMatch,
            Self::BitsPerCharacter,
        ];
        of_classes.contains(&self)
    }

    /// Whether it is a mean over numbers, so that some of them can be measured apart.
    pub fn is_an_error_of_numbers(self) -> bool {
        matches!(self, Self::Rmse | Self::Mae)
    }

    /// Its name in a config and in a record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Error => "error",
            Self::ExactMatch => "exact_match",
            Self::BitsPerCharacter => "bits_per_character",
            Self::R2 => "r2",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::Wrong => "wrong",
        }
    }
}

impl Part {
    /// Its name, with which keys begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl Better {
    /// Whether `new` is better than `old`; what is no number never is.
    pub fn prefers(self, new: f64, old: f64) -> bool {
        match self {
            Self::Higher => new > old,
            Self::Lower => new < old,
        }
    }
}

impl Measure {
    /// The loss of a part, without penalties.
    pub fn loss(part: Part) -> Self {
        Self::of_part(part, "loss", None, Some(Better::Lower))
    }

    /// A metric of a part.
    pub fn metric(part: Part, metric: Metric) -> Self {
        let (unit, better) = match metric {
            Metric::Accuracy | Metric::ExactMatch => (Some("share"), Better::Higher),
            Metric::Error | Metric::Wrong => (Some("share"), Better::Lower),
            Metric::BitsPerCharacter => (Some("bits"), Better::Lower),
            Metric::R2 => (None, Better::Higher),
            Metric::Rmse | Metric::Mae => (None, Better::Lower),
        };
        Self::of_part(part, metric.name(), unit, Some(better))
    }

    /// A metric of the test samples, each changed in this way: `test_accuracy_shift_2`.
    pub fn changed(metric: Metric, transform: Transform) -> Self {
        let plain = Self::metric(Part::Test, metric);
        let name = transform.name();
        Self {
            key: format!("{}_{name}", plain.key),
            name: format!("{}_{name}", plain.name),
            ..plain
        }
    }

    /// An error on the test samples at the positions of a phase alone: `test_rmse_phase_1`.
    pub fn of_phase(metric: Metric, phase: usize) -> Self {
        let plain = Self::metric(Part::Test, metric);
        Self {
            key: format!("{}_phase_{phase}", plain.key),
            name: format!("{}_phase_{phase}", plain.name),
            over: Some(Over::Positions),
            ..plain
        }
    }

    /// An error on the test samples of one of several numbers alone: `test_rmse_output_3`.
    pub fn of_output(metric: Metric, output: usize) -> Self {
        let plain = Self::metric(Part::Test, metric);
        Self {
            key: format!("{}_output_{output}", plain.key),
            name: format!("{}_output_{output}", plain.name),
            ..plain
        }
    }

    /// A metric of a layer, by its name in parameter paths: `test_dead_units_1`.
    pub fn of_layer(part: Part, metric: LayerMetric, layer: &str) -> Self {
        let unit = (metric == LayerMetric::DeadUnits).then_some("share");
        let name = format!("{}_{layer}", metric.name());
        Self::of_part(part, &name, unit, None)
    }

    /// The measure of a part of the data that has this key, if any run can have it.
    pub fn of_key(key: &str) -> Option<Self> {
        let parts = [Part::Train, Part::Validation, Part::Test];
        let (part, name) = parts.into_iter().find_map(|part| {
            let rest = key.strip_prefix(part.name())?.strip_prefix('_')?;
            Some((part, rest))
        })?;
        if name == Self::loss(part).name {
            return Some(Self::loss(part));
        }
        let metric = Metric::ALL.into_iter().find_map(|metric| {
            let plain = Self::metric(part, metric);
            let behind = name.strip_prefix(metric.name())?;
            let change = behind.strip_prefix('_').filter(|_| part == Part::Test);
            let apart = |of: &str| change.and_then(|change| change.strip_prefix(of)?.parse().ok());
            if metric.is_an_error_of_numbers() {
                let phase = apart("phase_").map(|phase| Self::of_phase(metric, phase));
                let output = apart("output_").map(|output| Self::of_output(metric, output));
                if let Some(measure) = phase.or(output) {
                    return Some(measure);
                }
            }
            (behind.is_empty() || change.is_some_and(Transform::is_named)).then(|| Self {
                key: key.into(),
                name: name.into(),
                ..plain
            })
        });
        let of_layer = |metric: LayerMetric| {
            let layer = name.strip_prefix(metric.name())?.strip_prefix('_')?;
            Some(Self::of_layer(part, metric, layer))
        };
        let layers = LayerMetric::ALL.into_iter().filter(|_| part == Part::Test);
        metric.or_else(|| layers.into_iter().find_map(of_layer))
    }

    /// In words, as the title of a column: `test accuracy`.
    pub fn title(&self) -> String {
        match self.part {
            Some(part) => format!("{} {}", part.name(), self.name),
            None => self.name.clone(),
        }
    }

    /// η of the last update.
    pub fn learning_rate() -> Self {
        Self::of_no_part("learning_rate", None, None)
    }

    /// Wall-clock seconds of learning, without the evaluation.
    pub fn seconds() -> Self {
        Self::of_no_part("seconds", Some("s"), Some(Better::Lower))
    }

    /// A measure of a learner's own, of no samples.
    pub fn of_learner(name: &str, better: Option<Better>) -> Self {
        Self::of_no_part(name, None, better)
    }

    /// Whether it is one of a learner's own.
    pub fn is_of_a_learner(&self) -> bool {
        self.part.is_none() && !["learning_rate", "seconds"].contains(&self.name.as_str())
    }

    fn of_part(part: Part, name: &str, unit: Option<&str>, better: Option<Better>) -> Self {
        Self {
            key: format!("{}_{name}", part.name()),
            part: Some(part),
            over: Some(Over::Samples),
            ..Self::of_no_part(name, unit, better)
        }
    }

    fn of_no_part(name: &str, unit: Option<&str>, better: Option<Better>) -> Self {
        Self {
            key: name.into(),
            name: name.into(),
            part: None,
            unit: unit.map(Into::into),
            better,
            over: None,
        }
    }
}
