//! `cascade_correlation`: a network that grows by a frozen unit at a time.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::{Checker, is_positive};
use crate::experiment::DataShape;
use crate::measures::{Better, Measure};

/// Cascade-correlation of classes. Where there are two numbers the first is of the phases that
/// train the outputs, the second of those that train candidates. The values are those with which
/// the author's program learns two spirals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CascadeCorrelationSpec {
    /// Hidden units at most.
    pub units: usize,
    /// Candidates for each unit: the best of them is installed.
    pub candidates: usize,
    /// What candidates correlate with.
    pub correlate: Correlate,
    /// Initial weights are drawn from -range to range.
    pub weight_range: f64,
    /// A step of quickprop is at most this times the last one.
    pub mu: f64,
    /// How the outputs learn.
    pub output: OutputSpec,
    /// How the candidates learn.
    pub candidate: CandidateSpec,
    /// A phase ends after so many epochs without a change; 0: never for that reason.
    pub patience: [usize; 2],
    /// What counts as a change of the squared error or of the best score, relative to it.
    pub change: [f64; 2],
    /// Epochs of a phase at most.
    pub epochs: [usize; 2],
}

/// What candidates correlate with: the two readings of the paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correlate {
    /// The error times the derivative of the output, as in all that the paper reports.
    #[default]
    ErrorTimesDerivative,
    /// The error as it is.
    RawError,
}

/// How the outputs learn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputSpec {
    /// Learning rate of the gradient term, divided by the number of samples.
    pub epsilon: f64,
    /// This times the weight is added to the slope.
    pub decay: f64,
}

/// How the candidates learn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CandidateSpec {
    /// Learning rate of the gradient term, divided by the number of samples and of incoming
    /// weights.
    pub epsilon: f64,
}

impl Default for CascadeCorrelationSpec {
    fn default() -> Self {
        Self {
            units: 25,
            candidates: 8,
            correlate: Correlate::default(),
            weight_range: 1.0,
            mu: 2.0,
            output: OutputSpec::default(),
            candidate: CandidateSpec::default(),
            patience: [12, 8],
            change: [0.01, 0.03],
            epochs: [100, 100],
        }
    }
}

impl Default for OutputSpec {
    fn default() -> Self {
        Self {
            epsilon: 1.0,
            decay: 1e-4,
        }
    }
}

impl Default for CandidateSpec {
    fn default() -> Self {
        Self { epsilon: 100.0 }
    }
}

impl Learner for CascadeCorrelationSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let count = |name: &str, count: usize, most: usize, expected: &str| {
            let fine = (1..=most).contains(&count);
            checker.named(
                (name, &format!("number of {name}")),
                count as f64,
                fine,
                expected,
            )
        };
        count("units", self.units, 1000, "1 to 1000")?;
        count("candidates", self.candidates, 1000, "1 to 1000")?;
        checker.positive("weight_range", self.weight_range)?;
        checker.above_one("mu", self.mu)?;
        let epsilon = |field, epsilon: f64| {
            checker.named((field, "epsilon"), epsilon, is_positive(epsilon), "above 0")
        };
        epsilon("output.epsilon", self.output.epsilon)?;
        epsilon("candidate.epsilon", self.candidate.epsilon)?;
        let (decay, what) = (self.output.decay, ("output.decay", "decay"));
        let fine = decay == 0.0 || is_positive(decay);
        checker.named(what, decay, fine, "0 or more")?;
        for change in self.change {
            checker.below_one("change", change)?;
        }
        for epochs in self.epochs {
            count("epochs", epochs, 1_000_000, "1 to 1000000")?;
        }
        Ok(())
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        let refuse = |reason: String, hint: &str| Err(Problem::new(checker.key, reason).hint(hint));
        let present = data.class_sizes.iter().filter(|(_, samples)| *samples > 0);
        let present: Vec<&str> = present.map(|(name, _)| name.as_str()).collect();
        match (data.classes, &present[..]) {
            (None, _) => refuse(
                "it learns classes, and the target is a number".into(),
                "give the data a target with two values or more, or use a [model]",
            ),
            (Some(2), _) => Coding::Bits.two_classes(checker, data),
            (Some(_), [only]) => refuse(
                format!("it tells classes apart, and all samples are of class {only}"),
                "add samples of the others",
            ),
            (Some(_), _) => Ok(Coding::OneHot),
        }
    }

    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::of_learner("hidden_units", Some(Better::Lower)),
            Measure::of_learner("epochs_in_all", Some(Better::Lower)),
            Measure::of_learner("error_bits", Some(Better::Lower)),
            Measure::of_learner("squared_error", Some(Better::Lower)),
            Measure::of_learner("score", Some(Better::Higher)),
        ]
    }
}
