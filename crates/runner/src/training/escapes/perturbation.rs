//! Noise on the weights when learning is stuck.
//!
//! With the training loss `$E_e$` after epoch e, a epochs looked back and a bound b,
//!
//! ```math
//! |E_e - E_{e-a}| < b \quad \Rightarrow \quad w \leftarrow w + \sigma z
//! ```
//!
//! before the next epoch, and looking back begins anew. Gradient descent then goes on from the new
//! place, which may lie in the valley of a lower minimum. The best weights seen come back. Stream:
//! `escape/<name>/<e>`, e the epoch that begins with noise.

use std::io;

use serde::{Deserialize, Serialize};

use super::Escape;
use crate::training::Stop;
use crate::training::checkpoint::{decode, encode};
use crate::training::stopping::Best;
use crate::training::trainer::Trainer;

/// Its state.
#[derive(Serialize, Deserialize)]
pub struct Perturbation {
    stream: String,
    /// a.
    epochs: usize,
    /// b.
    change: f64,
    /// σ.
    std: f64,
    /// Training losses since the last noise.
    losses: Vec<f64>,
    best: Option<Best>,
}

impl Perturbation {
    /// Before the first epoch.
    pub fn new(stream: String, epochs: usize, change: f64, std: f64) -> Self {
        Self {
            stream,
            epochs,
            change,
            std,
            losses: Vec::new(),
            best: None,
        }
    }
}

impl Escape for Perturbation {
    fn epoch(&mut self, trainer: &mut Trainer, epoch: usize) -> Result<f64, Stop> {
        if changed_less(&self.losses, self.epochs, self.change) {
            self.losses.clear();
            let from = trainer.model.parameters();
            let to = trainer.moved(&from, self.std, &format!("{}/{epoch}", self.stream));
            trainer.load(&to)?;
        }
        let train_loss = trainer.gradient_epoch(epoch)?;
        let loss = trainer.training_loss()?;
        Best::improve_loss(&mut self.best, epoch, loss, || trainer.model.parameters());
        self.losses.push(loss);
        Ok(train_loss)
    }

    fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }

    fn save(&self, to: &mut Vec<u8>) -> io::Result<()> {
        encode(self, to)
    }

    fn restore(&mut self, from: &mut &[u8]) -> io::Result<()> {
        *self = decode(from)?;
        Ok(())
    }
}

/// Whether the last loss is closer than `change` to that of `epochs` epochs ago.
fn changed_less(losses: &[f64], epochs: usize, change: f64) -> bool {
    let Some(before) = losses.len().checked_sub(epochs + 1) else {
        return false;
    };
    (losses[losses.len() - 1] - losses[before]).abs() < change
}
