//! `training.stopping` and `training.escapes`: when to end, and ways out of a local minimum.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// When training ends before its last epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoppingSpec {
    /// Early stopping: a part of the training samples is held back, and when its loss has not
    /// fallen for some epochs, training ends and the best weights come back.
    pub patience: Option<PatienceSpec>,
    /// The textbook's rule: the training loss changed less than so much over so many epochs.
    pub plateau: Option<PlateauSpec>,
}

/// Early stopping by a validation set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatienceSpec {
    /// Epochs without a new lowest validation loss after which training ends.
    pub epochs: usize,
    /// Share of the training samples that is held back, drawn from the stream `validation`.
    #[serde(default = "tenth")]
    pub validation: f64,
}

/// The end by a plateau.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateauSpec {
    /// a: epochs looked back.
    pub epochs: usize,
    /// b: training ends when |loss − loss a epochs ago| is less.
    pub change: f64,
}

/// A way out of a local minimum. A config may list several: each implementation then trains once
/// with each, and the table has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EscapeSpec {
    /// None: the plain training, to compare with.
    Plain,
    /// Training from several initial weights; the one with the lowest training loss is kept.
    Restarts {
        /// Trainings.
        runs: usize,
    },
    /// Simulated annealing: after each epoch the weights are moved at random, and a move that raises
    /// the training loss by Δ is taken with probability e^(−Δ/temperature); the temperature falls.
    Annealing {
        /// Temperature at first, in units of the loss.
        temperature: f64,
        /// What it is multiplied by after each epoch.
        cooling: f64,
        /// Standard deviation of the moves.
        std: f64,
    },
    /// When the training loss has changed less than `change` over `epochs` epochs, noise is added to
    /// the weights; the best weights seen are kept.
    Perturbation {
        /// Epochs looked back.
        epochs: usize,
        /// Largest change that counts as being stuck.
        change: f64,
        /// Standard deviation of the noise.
        std: f64,
    },
    /// Evolution without gradients: each epoch is a generation in which the best parents and their
    /// mutated children are selected by the training loss.
    Evolution {
        /// Children of a generation.
        population: usize,
        /// Those that live on, at most `population`.
        parents: usize,
        /// Standard deviation of a mutation.
        std: f64,
    },
}

impl EscapeSpec {
    /// Its name in a config and in tables.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Restarts { .. } => "restarts",
            Self::Annealing { .. } => "annealing",
            Self::Perturbation { .. } => "perturbation",
            Self::Evolution { .. } => "evolution",
        }
    }

    /// Finds impossible values; `key` is its place in the config.
    pub(crate) fn check(&self, key: &str) -> Result<(), Problem> {
        let kind = self.kind();
        let require = |field: &str, value: f64, fine: bool, expected: &str| {
            if fine {
                return Ok(());
            }
            let reason = format!("{value} is not a possible {field}");
            Err(Problem::new(format!("{key}.{kind}.{field}"), reason).hint(expected))
        };
        let above = |field: &str, value: f64| {
            require(field, value, value > 0.0 && value.is_finite(), "above 0")
        };
        let count = |field: &str, value: usize| {
            if (1..=100_000).contains(&value) {
                return Ok(());
            }
            let what = if field == "population" {
                "children"
            } else {
                field
            };
            let reason = format!("{value} is not a possible number of {what}");
            Err(Problem::new(format!("{key}.{kind}.{field}"), reason).hint("1 to 100000"))
        };
        match *self {
            Self::Plain => Ok(()),
            Self::Restarts { runs } => count("runs", runs),
            Self::Annealing {
                temperature,
                cooling,
                std,
            } => {
                above("temperature", temperature)?;
                let fine = cooling > 0.0 && cooling <= 1.0;
                require("cooling", cooling, fine, "above 0 and at most 1")?;
                above("std", std)
            }
            Self::Perturbation {
                epochs,
                change,
                std,
            } => {
                count("epochs", epochs)?;
                above("change", change)?;
                above("std", std)
            }
            Self::Evolution {
                population,
                parents,
                std,
            } => {
                count("population", population)?;
                count("parents", parents)?;
                if parents > population {
                    let reason = format!("{parents} parents of {population} children");
                    let key = format!("{key}.{kind}.parents");
                    return Err(Problem::new(key, reason).hint("at most population"));
                }
                above("std", std)
            }
        }
    }
}

impl StoppingSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let zero = |key: &str| {
            let problem = Problem::new(key, "0 epochs end every training at once");
            Err(problem.hint("1 or more"))
        };
        if let Some(patience) = self.patience {
            if patience.epochs == 0 {
                return zero("training.stopping.patience.epochs");
            }
            if !(patience.validation > 0.0 && patience.validation < 1.0) {
                let reason = format!("a share of {} leaves one part empty", patience.validation);
                return Err(
                    Problem::new("training.stopping.patience.validation", reason)
                        .hint("above 0 and below 1"),
                );
            }
        }
        if let Some(plateau) = self.plateau {
            if plateau.epochs == 0 {
                return zero("training.stopping.plateau.epochs");
            }
            if !(plateau.change > 0.0 && plateau.change.is_finite()) {
                let reason = format!("{} is not a possible change", plateau.change);
                return Err(
                    Problem::new("training.stopping.plateau.change", reason).hint("above 0")
                );
            }
        }
        Ok(())
    }
}

fn tenth() -> f64 {
    0.1
}
