//! `art1`: categories of binary patterns, as many as the vigilance asks for.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::measures::{Better, Measure};

/// ART1 with fast learning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Art1Spec {
    /// ρ: a category takes a pattern if it has this share of the pattern's ones.
    pub vigilance: f64,
    /// Categories at most. A pattern that none takes when all are in use is rejected.
    pub units: usize,
    /// α of the choice |s ∧ t| / (α + |t|); L − 1 where books have L.
    pub choice: f64,
    /// Passes at most: it ends after one in which no category changes.
    pub passes: usize,
}

impl Default for Art1Spec {
    fn default() -> Self {
        Self {
            vigilance: 0.7,
            units: 100,
            choice: 1.0,
            passes: 100,
        }
    }
}

impl Learner for Art1Spec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.factor("vigilance", self.vigilance)?;
        check_counts(checker, self.units, self.passes)?;
        checker.positive("choice", self.choice)
    }

    /// It learns from the inputs alone; then each category is labelled with the mean of the targets
    /// of its samples.
    fn coding(&self, _: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        Ok(Coding::of_labels(data))
    }

    fn measures(&self) -> Vec<Measure> {
        of_resonance()
    }
}

/// Units and passes of a learner of categories.
pub(super) fn check_counts(
    checker: &Checker<'_>,
    units: usize,
    passes: usize,
) -> Result<(), Problem> {
    let fine = (1..=100_000).contains(&units);
    checker.named(
        ("units", "number of units"),
        units as f64,
        fine,
        "1 to 100000",
    )?;
    let fine = (1..=1_000_000).contains(&passes);
    checker.named(
        ("passes", "number of passes"),
        passes as f64,
        fine,
        "1 to 1000000",
    )
}

/// What a learner of categories measures of a pass: categories in use, resets (categories that were
/// chosen and failed the vigilance), samples that it rejected, and samples that changed a category.
pub(super) fn of_resonance() -> Vec<Measure> {
    vec![
        Measure::of_learner("categories", None),
        Measure::of_learner("resets", Some(Better::Lower)),
        Measure::of_learner("rejected", Some(Better::Lower)),
        Measure::of_learner("changes", Some(Better::Lower)),
    ]
}
