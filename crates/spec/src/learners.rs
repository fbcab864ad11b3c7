//! `[learner]`: machines with a rule of their own, in place of `[model]` and `[training]`.
//!
//! The key under `[learner]` names the kind: `[learner.hebb]`. Each kind is one file here: its
//! settings, the checks of their values, and what it says of itself through [`Learner`]. The list
//! of [`LearnerSpec`] has a line for each; the rule is in the file of the same name in the crate
//! `learners`.

mod art1;
mod boltzmann;
mod cascade_correlation;
mod fuzzy_art;
mod hebb;
mod hopfield;
mod least_squares;
mod lstm_1997;
mod newton;
mod ngram;
mod rbm;
mod som;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::link::Link;
use crate::measures::{Measure, Metric, Part};
use crate::register::register;

pub use art1::Art1Spec;
pub use boltzmann::{
    AnnealingSpec, BoltzmannSpec, Connect, MOST_ENUMERATED, Statistics, WeightUpdate,
};
pub use cascade_correlation::{CandidateSpec, CascadeCorrelationSpec, Correlate, OutputSpec};
pub use fuzzy_art::FuzzyArtSpec;
pub use hebb::HebbSpec;
pub use hopfield::{HopfieldSpec, Update};
pub use least_squares::{BasisSpec, GaussianSpec, LeastSquaresSpec, Method, PolynomialSpec};
pub use lstm_1997::{
    Judged, LatestSpec, Lstm1997Spec, Source, Squashing, StopSpec, Teacher, TestedSpec, Unit,
};
pub use newton::{Damping, NewtonSpec};
pub use ngram::{NgramSpec, Smoothing};
pub use rbm::{AisSpec, ClassifierSpec, RbmSpec, Reconstruction, Rule, Visible};
pub use som::{Decay, Neighborhood, SampleOrder, SomInitial, SomRule, SomSpec, Topology};

/// What a learner says of itself.
pub trait Learner {
    /// Finds impossible settings.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// How targets are given to it as numbers.
    ///
    /// # Errors
    /// When it cannot learn such targets; the checker is at its key.
    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem>;

    /// The metrics of the training and test samples: what suits the target.
    fn metrics(&self, data: &DataShape) -> Vec<Metric> {
        match data.classes {
            Some(_) => vec![Metric::Accuracy],
            None => vec![Metric::R2, Metric::Rmse],
        }
    }

    /// What makes probabilities of its outputs, where the target is a class; none: they are none.
    fn link(&self) -> Option<Link> {
        None
    }

    /// Whether it learns from sequences, step by step, whose samples may be drawn anew for each
    /// pass; otherwise from samples with one target each.
    fn learns_sequences(&self) -> bool {
        false
    }

    /// The file with the weights that it begins with, if it can begin with any.
    fn initial_parameters(&self) -> Option<&Path> {
        None
    }

    /// What it measures of each pass besides the metrics of the training and test samples, in the
    /// order of the columns.
    fn measures(&self) -> Vec<Measure> {
        Vec::new()
    }
}

/// Targets as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Real targets, as they are.
    Real,
    /// Two classes as −1 and +1.
    Signs,
    /// Two classes as 0 and 1.
    Bits,
    /// A 1 at the place of the class, 0 elsewhere.
    OneHot,
    /// Of a sequence the number of the class at each position.
    Tokens,
}

impl Coding {
    /// Real targets, and nothing else.
    ///
    /// # Errors
    /// When the target is a class.
    pub fn real(checker: &Checker<'_>, data: &DataShape) -> Result<Self, Problem> {
        match data.classes {
            None => Ok(Self::Real),
            Some(classes) => {
                let reason =
                    format!("it learns numbers, and the target is one of {classes} classes");
                let hint = "use a learner of classes, or give the data a target that is a number";
                Err(Problem::new(checker.key, reason).hint(hint))
            }
        }
    }

    /// As learners take them that learn from the inputs alone, and label what they found
    /// afterwards: any target will do.
    pub fn of_labels(data: &DataShape) -> Self {
        match data.classes {
            Some(_) => Self::OneHot,
            None => Self::Real,
        }
    }

    /// The input itself, of several numbers.
    ///
    /// # Errors
    /// When the target is something else.
    pub fn input(checker: &Checker<'_>, data: &DataShape) -> Result<Self, Problem> {
        let found = match (data.classes, data.targets) {
            (Some(_), _) => "a class",
            (None, 0 | 1) => "a single number",
            (None, _) => return Ok(Self::Real),
        };
        let reason = format!("it learns how its inputs are distributed, and the target is {found}");
        let hint = "give the data target = \"input\", and leave out a column of classes (ignore)";
        Err(Problem::new(checker.key, reason).hint(hint))
    }

    /// Two classes, coded like this.
    ///
    /// # Errors
    /// When the target is a number, there are more classes, or all samples are of one.
    pub fn two_classes(self, checker: &Checker<'_>, data: &DataShape) -> Result<Self, Problem> {
        let refuse = |reason: String, hint: &str| Err(Problem::new(checker.key, reason).hint(hint));
        let sizes = data.class_sizes.iter();
        let listed: Vec<String> = sizes.map(|(name, n)| format!("{name} ({n})")).collect();
        match data.classes {
            Some(2) => {
                let mut sizes = data.class_sizes.iter();
                match sizes.find(|(_, samples)| *samples == 0) {
                    None => Ok(self),
                    Some((name, _)) => refuse(
                        format!("it tells two classes apart, and no sample is of class {name}"),
                        "add samples of it",
                    ),
                }
            }
            Some(classes) => refuse(
                format!(
                    "it tells two classes apart, and there are {classes}: {}",
                    shortened(&listed)
                ),
                "choose two of them, or use a learner or a [model] for several",
            ),
            None => refuse(
                "it tells two classes apart, and the target is a number".into(),
                "give the data a target with two values, or use a learner of numbers",
            ),
        }
    }
}

/// The first ten of a list.
fn shortened(listed: &[String]) -> String {
    let shown = listed[..listed.len().min(10)].join(", ");
    match listed.len() > 10 {
        true => format!("{shown}, ..."),
        false => shown,
    }
}

register! {
    /// A machine with a rule of its own.
    enum LearnerSpec: Learner by learner, defaults;
    settings {
        /// w ← s ∧ w of the first category with |s ∧ w| ≥ ρ |s| (Carpenter & Grossberg 1987).
        Art1(Art1Spec) => art1,
        /// The same with minima of numbers from 0 to 1 (Carpenter, Grossberg & Rosen 1991).
        FuzzyArt(FuzzyArtSpec) => fuzzy_art,
        /// Δw ∝ p − p′, clamped and free, by simulated annealing (Ackley, Hinton & Sejnowski 1985).
        Boltzmann(BoltzmannSpec) => boltzmann,
        /// Units by and by, each trained to covary with what error is left (Fahlman & Lebiere
        /// 1990).
        CascadeCorrelation(CascadeCorrelationSpec) => cascade_correlation,
        /// w ← w + η t x for each sample once (Hebb 1949).
        Hebb(HebbSpec) => hebb,
        /// W = Σ x xᵀ without the diagonal; units change until nothing changes (Hopfield 1982).
        Hopfield(HopfieldSpec) => hopfield,
        /// w = arg min Σₙ |xₙ w + b − tₙ|² (Legendre 1805, Gauss 1809).
        LeastSquares(LeastSquaresSpec) => least_squares,
        /// Truncated gradients of gated memory cells, forward in time (Hochreiter & Schmidhuber
        /// 1997).
        #[serde(rename = "lstm_1997")]
        Lstm1997(Lstm1997Spec) => lstm_1997,
        /// w ← w + (Xᵀ P (1 − P) X)⁻¹ Xᵀ (t − p): logistic regression, each class against the rest.
        Newton(NewtonSpec) => newton,
        /// p(s | h) from the counts of symbols s behind contexts h (Shannon 1951).
        Ngram(NgramSpec) => ngram,
        /// ΔW ∝ ⟨v h⟩ of the data − ⟨v h⟩ of the model: a restricted Boltzmann machine (Hinton
        /// 2002).
        Rbm(RbmSpec) => rbm,
        /// w ← w + η h(winner) (x − w) for all units of a sheet (Kohonen 1982).
        Som(SomSpec) => som,
    }
}

impl LearnerSpec {
    /// Its place in a config: `learner.hebb`.
    pub fn key(&self) -> String {
        format!("learner.{}", self.kind())
    }

    /// How targets are given to it as numbers ([`Learner::coding`]).
    ///
    /// # Errors
    /// When it cannot learn such targets.
    pub fn coding(&self, data: &DataShape) -> Result<Coding, Problem> {
        if data.positions > 1 && !self.learner().learns_sequences() {
            let reason = "it learns one target a sample, and these have one at every step";
            let hint = "use a [model] with recurrent layers, or a learner of sequences";
            return Err(Problem::new(self.key(), reason).hint(hint));
        }
        self.learner().coding(&Checker::new(&self.key()), data)
    }

    /// The metrics of the training and test samples ([`Learner::metrics`]).
    pub fn metrics(&self, data: &DataShape) -> Vec<Metric> {
        self.learner().metrics(data)
    }

    /// What makes probabilities of its outputs ([`Learner::link`]).
    pub fn link(&self) -> Option<Link> {
        self.learner().link()
    }

    /// The measure that any kind of learner has of its own, by its key.
    pub fn own_measure(key: &str) -> Option<Measure> {
        let mut measures = Self::own_measures().into_iter();
        measures.find(|measure| measure.key == key)
    }

    /// What learners measure of their own, all kinds together.
    pub fn own_measures() -> Vec<Measure> {
        let kinds = Self::defaults();
        kinds
            .iter()
            .flat_map(|kind| kind.learner().measures())
            .collect()
    }

    /// What is measured of each pass, in the order of the columns of `epochs.csv`.
    /// With `validates`, of samples that are held back, too.
    pub fn measures(&self, data: &DataShape, validates: bool) -> Vec<Measure> {
        let metrics = self.metrics(data);
        let of_part = |part| {
            let metrics = metrics.iter();
            metrics.map(move |&metric| Measure::metric(part, metric))
        };
        let held_back = validates.then_some(Part::Validation);
        let parts = [Some(Part::Train), held_back, Some(Part::Test)];
        let parts = parts.into_iter().flatten();
        let mut measures = self.learner().measures();
        measures.extend(parts.flat_map(of_part));
        measures.push(Measure::seconds());
        measures
    }

    /// Finds impossible settings.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.learner().check(&Checker::new(&self.key()))
    }
}
