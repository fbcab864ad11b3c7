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

use super::Escape;
use crate::training::Stop;
use crate::training::learner::Learner;
use crate::training::stopping::{Best, changed_less};

/// Its state.
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
    fn epoch(&mut self, learner: &mut Learner, epoch: usize) -> Result<f64, Stop> {
        if changed_less(&self.losses, self.epochs, self.change) {
            self.losses.clear();
            let from = learner.model.parameters();
            let to = learner.moved(&from, self.std, &format!("{}/{epoch}", self.stream));
            learner.load(&to)?;
        }
        let train_loss = learner.gradient_epoch(epoch)?;
        let loss = learner.training_loss()?;
        Best::improve(&mut self.best, epoch, loss, || learner.model.parameters());
        self.losses.push(loss);
        Ok(train_loss)
    }

    fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }
}
