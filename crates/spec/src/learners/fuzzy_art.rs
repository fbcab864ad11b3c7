//! `fuzzy_art`: categories of numbers from 0 to 1, each a box.

use serde::{Deserialize, Serialize};

use super::art1::{check_counts, of_resonance};
use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::measures::Measure;

/// Fuzzy ART.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FuzzyArtSpec {
    /// ρ: a category takes a sample if |x ∧ w| is at least this share of |x|.
    pub vigilance: f64,
    /// Categories at most. A sample that none takes when all are in use is rejected.
    pub units: usize,
    /// α of the choice |x ∧ w| / (α + |w|).
    pub choice: f64,
    /// β in w ← β (x ∧ w) + (1 − β) w; 1 is fast learning. The first sample of a category is always
    /// learned fast.
    pub rate: f64,
    /// Complement coding: a sample x is given as (x, 1 − x), so that each category is a box.
    pub complement: bool,
    /// Passes at most: it ends after one in which no category changes.
    pub passes: usize,
}

impl Default for FuzzyArtSpec {
    fn default() -> Self {
        Self {
            vigilance: 0.75,
            units: 100,
            choice: 0.001,
            rate: 1.0,
            complement: true,
            passes: 100,
        }
    }
}

impl Learner for FuzzyArtSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.factor("vigilance", self.vigilance)?;
        check_counts(checker, self.units, self.passes)?;
        checker.positive("choice", self.choice)?;
        checker.factor("rate", self.rate)
    }

    /// As in ART1.
    fn coding(&self, _: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        Ok(Coding::of_labels(data))
    }

    fn measures(&self) -> Vec<Measure> {
        of_resonance()
    }
}
