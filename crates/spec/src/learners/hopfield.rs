//! `hopfield`: patterns stored as the sum of their outer products, and recalled from corrupted
//! ones.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::measures::{Better, Measure};

/// More inputs than this have more weights than anybody wants to keep: 128 MB.
const MOST_INPUTS: usize = 4096;

/// A Hopfield network: every sample is a pattern to store.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HopfieldSpec {
    /// The order in which units look at their inputs when a pattern is recalled.
    pub update: Update,
    /// Share of the inputs of a pattern that are flipped before it is to be recalled.
    pub noise: f64,
    /// Corrupted copies of each pattern.
    pub trials: usize,
}

/// When units change in a recall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// One after the other, each sweep in a new random order.
    #[default]
    Drawn,
    /// One after the other as they stand.
    Given,
    /// All at once. Where a state comes back after two steps the recall ends.
    Synchronous,
}

impl Default for HopfieldSpec {
    fn default() -> Self {
        Self {
            update: Update::default(),
            noise: 0.2,
            trials: 10,
        }
    }
}

impl Learner for HopfieldSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = (0.0..=0.5).contains(&self.noise);
        let expected = "0 to 0.5: with more flips a pattern is nearer to its opposite";
        checker.number("noise", self.noise, fine, expected)?;
        let reason = "without a corrupted copy nothing is recalled: 1 or more";
        checker.require("trials", self.trials > 0, reason)
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        let refuse = |reason: String, hint: &str| Err(Problem::new(checker.key, reason).hint(hint));
        match (data.classes, data.targets) {
            (Some(_), _) => refuse(
                "it recalls whole patterns, and the target is a class".into(),
                "give the data target = \"input\", and leave out the column of classes (ignore)",
            ),
            (None, 0 | 1) => refuse(
                "it recalls whole patterns, and the target is a single number".into(),
                "give the data target = \"input\", and two columns or more",
            ),
            (None, inputs) if inputs > MOST_INPUTS => refuse(
                format!("each of {inputs} inputs would have a weight to every other"),
                "at most 4096 inputs",
            ),
            (None, _) => Ok(Coding::Real),
        }
    }

    fn measures(&self) -> Vec<Measure> {
        let share = |name| Measure {
            unit: Some("share".into()),
            ..Measure::of_learner(name, Some(Better::Higher))
        };
        vec![share("stored"), share("recalled")]
    }
}
