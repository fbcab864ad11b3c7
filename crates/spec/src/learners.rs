//! `[learner]`: machines with a rule of their own, in place of `[model]` and `[training]`.
//!
//! The key under `[learner]` names the kind: `[learner.hebb]`. Each kind is one file here: its
//! settings, the checks of their values, and what it says of itself through [`Learner`]. The list of
//! [`LearnerSpec`] has a line for each; the rule is in the file of the same name in the crate
//! `learners`.

mod boltzmann;
mod hebb;
mod hopfield;
mod least_squares;
mod newton;
mod rbm;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::measures::{Measure, Metric, Part};
use crate::register::register;

pub use boltzmann::{
    AnnealingSpec, BoltzmannSpec, Connect, MOST_ENUMERATED, Statistics, WeightUpdate,
};
pub use hebb::HebbSpec;
pub use hopfield::{HopfieldSpec, Update};
pub use least_squares::{BasisSpec, GaussianSpec, LeastSquaresSpec, Method, PolynomialSpec};
pub use newton::{Damping, NewtonSpec};
pub use rbm::{AisSpec, ClassifierSpec, RbmSpec, Reconstruction, Rule, Visible};

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
    enum LearnerSpec: Learner by learner;
    settings {
        /// Δw ∝ p − p′, clamped and free, by simulated annealing (Ackley, Hinton & Sejnowski 1985).
        Boltzmann(BoltzmannSpec) => boltzmann,
        /// w ← w + η t x for each sample once (Hebb 1949).
        Hebb(HebbSpec) => hebb,
        /// W = Σ x xᵀ without the diagonal; units change until nothing changes (Hopfield 1982).
        Hopfield(HopfieldSpec) => hopfield,
        /// w = arg min Σₙ |xₙ w + b − tₙ|² (Legendre 1805, Gauss 1809).
        LeastSquares(LeastSquaresSpec) => least_squares,
        /// w ← w + (Xᵀ P (1 − P) X)⁻¹ Xᵀ (t − p): logistic regression.
        Newton(NewtonSpec) => newton,
        /// ΔW ∝ ⟨v h⟩ of the data − ⟨v h⟩ of the model: a restricted Boltzmann machine (Hinton 2002).
        Rbm(RbmSpec) => rbm,
    }
}

/// A measure of a learner's own by its key, whichever learner has it.
pub(crate) fn measure_of_key(key: &str) -> Option<Measure> {
    let learners: [&dyn Learner; 4] = [
        &BoltzmannSpec::default(),
        &HopfieldSpec::default(),
        &NewtonSpec::default(),
        &RbmSpec::default(),
    ];
    let mut measures = learners.iter().flat_map(|learner| learner.measures());
    measures.find(|measure| measure.key == key)
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
        self.learner().coding(&Checker::new(&self.key()), data)
    }

    /// The metrics of the training and test samples: what suits the target.
    pub fn metrics(&self, data: &DataShape) -> Vec<Metric> {
        match data.classes {
            Some(_) => vec![Metric::Accuracy],
            None => vec![Metric::R2, Metric::Rmse],
        }
    }

    /// What is measured of each pass, in the order of the columns of `epochs.csv`.
    pub fn measures(&self, data: &DataShape) -> Vec<Measure> {
        let metrics = self.metrics(data);
        let of_part = |part| {
            let metrics = metrics.iter();
            metrics.map(move |&metric| Measure::metric(part, metric))
        };
        let mut measures = self.learner().measures();
        measures.extend([Part::Train, Part::Test].into_iter().flat_map(of_part));
        measures.push(Measure::seconds());
        measures
    }

    /// Finds impossible settings.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.learner().check(&Checker::new(&self.key()))
    }
}
