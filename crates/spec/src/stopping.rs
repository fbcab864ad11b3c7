//! `training.stopping`: when training ends before its last epoch. Each rule is one file.

mod patience;
mod plateau;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;

pub use patience::PatienceSpec;
pub use plateau::PlateauSpec;

/// When training ends before its last epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoppingSpec {
    /// Early stopping: when the loss of the validation samples, or another measure, has not become
    /// better for some epochs, training ends and the best weights come back.
    pub patience: Option<PatienceSpec>,
    /// The textbook's rule: so many epochs in a row each changed the training loss by less than so
    /// much.
    pub plateau: Option<PlateauSpec>,
}

impl StoppingSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if let Some(patience) = &self.patience {
            patience.check(&Checker::new("training.stopping.patience"))?;
        }
        if let Some(plateau) = &self.plateau {
            plateau.check(&Checker::new("training.stopping.plateau"))?;
        }
        Ok(())
    }
}

/// At least one epoch.
fn check_epochs(checker: &Checker<'_>, epochs: usize) -> Result<(), Problem> {
    if epochs > 0 {
        return Ok(());
    }
    let reason = "0 epochs end every training at once";
    Err(Problem::new(checker.field("epochs"), reason).hint("1 or more"))
}
