//! `ngram`: how often each symbol follows each context.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::link::Link;
use crate::measures::Metric;

/// Counts of n-grams, smoothed: the next symbol from the `order` − 1 before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NgramSpec {
    /// n: 1 looks at no context, 2 at the symbol before, 3 at two.
    pub order: usize,
    /// What is given to n-grams that were never seen.
    pub smoothing: Smoothing,
}

/// How probability goes to n-grams that were never seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smoothing {
    /// This is added to every count: 1 is Laplace's rule.
    AddK(f64),
    /// Interpolated Kneser-Ney: this is taken from every count, and what it makes is shared out as
    /// the next shorter context says.
    KneserNey(f64),
}

impl Default for NgramSpec {
    fn default() -> Self {
        Self {
            order: 3,
            smoothing: Smoothing::KneserNey(0.75),
        }
    }
}

impl Learner for NgramSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = (1..=8).contains(&self.order);
        checker.number("order", self.order as f64, fine, "1 to 8")?;
        match self.smoothing {
            Smoothing::AddK(k) => {
                let fine = k > 0.0 && k.is_finite();
                let (field, name) = ("smoothing.add_k", "number to add");
                checker.named((field, name), k, fine, "above 0")
            }
            Smoothing::KneserNey(discount) => {
                let fine = discount > 0.0 && discount < 1.0;
                let (field, name) = ("smoothing.kneser_ney", "discount");
                checker.named((field, name), discount, fine, "above 0 and below 1")
            }
        }
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Softmax)
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        if data.classes.is_some() && data.positions > 1 {
            return Ok(Coding::Tokens);
        }
        let reason = "it counts which symbol follows which, and these samples have no symbol to \
                      predict at every position";
        Err(Problem::new(checker.key, reason).hint("use [dataset.text]"))
    }

    fn metrics(&self, _: &DataShape) -> Vec<Metric> {
        vec![Metric::BitsPerCharacter, Metric::Accuracy]
    }

    fn learns_sequences(&self) -> bool {
        true
    }
}
