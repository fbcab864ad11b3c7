//! `training.escapes`: ways out of a local minimum.
//!
//! Each escape is one file here: its settings and the checks of their values. The list of
//! [`EscapeSpec`] has a line for each.

mod annealing;
mod evolution;
mod perturbation;
mod plain;
mod restarts;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::register::register;

pub use annealing::AnnealingSpec;
pub use evolution::EvolutionSpec;
pub use perturbation::PerturbationSpec;
pub use restarts::RestartsSpec;

/// What an escape says of itself.
pub trait Escape {
    /// Finds impossible settings.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Whether it trains by gradients.
    fn needs_gradients(&self) -> bool {
        true
    }
}

register! {
    /// A way out of a local minimum. A config may list several: each implementation then trains
    /// once with each, and the table has a row for each.
    #[derive(Copy)]
    enum EscapeSpec: Escape by escape;
    plain {
        /// None: the plain training, to compare with.
        Plain => plain,
    }
    settings {
        /// Training from several initial weights; the one with the lowest training loss is kept.
        Restarts(RestartsSpec) => restarts,
        /// Simulated annealing: after each epoch the weights are moved at random, and a move that
        /// raises the training loss by Δ is taken with probability e^(−Δ/temperature); the
        /// temperature falls.
        Annealing(AnnealingSpec) => annealing,
        /// When the training loss has changed less than `change` over `epochs` epochs, noise is
        /// added to the weights; the best weights seen are kept.
        Perturbation(PerturbationSpec) => perturbation,
        /// Evolution without gradients: each epoch is a generation in which the best parents and
        /// their mutated children are selected by the training loss.
        Evolution(EvolutionSpec) => evolution,
    }
}

impl EscapeSpec {
    /// Finds impossible settings; `key` is its place in the config.
    pub(crate) fn check(&self, key: &str) -> Result<(), Problem> {
        let key = format!("{key}.{}", self.kind());
        self.escape().check(&Checker::new(&key))
    }
}

/// What several escapes have.
impl Checker<'_> {
    /// 1 to 100000.
    fn count(&self, field: &str, value: usize) -> Result<(), Problem> {
        self.count_of((field, field), value)
    }

    /// The same of what a message gives another name.
    fn count_of(&self, (field, name): (&str, &str), value: usize) -> Result<(), Problem> {
        if (1..=100_000).contains(&value) {
            return Ok(());
        }
        let reason = format!("{value} is not a possible number of {name}");
        Err(Problem::new(self.field(field), reason).hint("1 to 100000"))
    }
}
