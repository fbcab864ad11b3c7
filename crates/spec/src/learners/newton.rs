//! `newton`: logistic regression by Newton's method.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::link::Link;
use crate::measures::{Better, Measure};

/// Logistic regression, of several classes each against the rest; a pass is one step of Newton's
/// for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewtonSpec {
    /// Steps at most.
    pub iterations: usize,
    /// It has converged when no coefficient moves by more than this times the largest coefficient,
    /// or times 1 where that is larger.
    pub tolerance: f64,
    /// What is done with a step that makes the likelihood smaller.
    pub damping: Damping,
    /// λ: λ/2 |w|² is taken from the log-likelihood; the bias is left out of it. 1 is what
    /// scikit-learn does with C = 1, which is its default.
    pub ridge: f64,
    /// A safetensors file with `weight` and `bias`, such as a record has, to begin with in place of
    /// 0. Looked up beside the config, then in the current folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_parameters: Option<PathBuf>,
}

/// What is done with a step that is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damping {
    /// It is halved until the likelihood grows.
    #[default]
    Halving,
    /// Nothing: the plain method.
    None,
}

impl Default for NewtonSpec {
    fn default() -> Self {
        Self {
            iterations: 50,
            tolerance: 1e-10,
            damping: Damping::Halving,
            ridge: 0.0,
            initial_parameters: None,
        }
    }
}

impl Learner for NewtonSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let (steps, what) = (self.iterations, ("iterations", "number of steps"));
        let fine = (1..=100_000).contains(&steps);
        checker.named(what, steps as f64, fine, "1 to 100000")?;
        let fine = self.tolerance > 0.0 && self.tolerance < 1.0;
        checker.number("tolerance", self.tolerance, fine, "above 0 and below 1")?;
        checker.not_negative("ridge", self.ridge)
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Identity)
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        if data.classes.is_none_or(|classes| classes <= 2) {
            return Coding::Bits.two_classes(checker, data);
        }
        let mut sizes = data.class_sizes.iter();
        match sizes.find(|(_, samples)| *samples == 0) {
            None => Ok(Coding::OneHot),
            Some((name, _)) => {
                let reason =
                    format!("it tells each class from the rest, and no sample is of class {name}");
                Err(Problem::new(checker.key, reason).hint("add samples of it"))
            }
        }
    }

    fn initial_parameters(&self) -> Option<&Path> {
        self.initial_parameters.as_deref()
    }

    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::of_learner("deviance", Some(Better::Lower)),
            Measure::of_learner("step_norm", None),
            Measure::of_learner("halvings", None),
        ]
    }
}
