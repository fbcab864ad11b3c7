//! `evolution`: generations of mutated weights, without gradients.

use serde::{Deserialize, Serialize};

use super::Escape;
use crate::Problem;
use crate::check::Checker;

/// Parents and children, selected by the training loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvolutionSpec {
    /// Children of a generation.
    pub population: usize,
    /// Those that live on, at most `population`.
    pub parents: usize,
    /// Standard deviation of a mutation.
    pub std: f64,
}

impl Escape for EvolutionSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let Self {
            population,
            parents,
            std,
        } = *self;
        checker.count_of(("population", "children"), population)?;
        checker.count("parents", parents)?;
        if parents > population {
            let reason = format!("{parents} parents of {population} children");
            return Err(Problem::new(checker.field("parents"), reason).hint("at most population"));
        }
        checker.positive("std", std)
    }

    fn needs_gradients(&self) -> bool {
        false
    }
}
