//! Simulated annealing on top of gradient descent.
//!
//! After epoch e the weights w may jump: with a random move `$w' = w + \sigma z$` and
//! `$\Delta = E(w') - E(w)$`,
//!
//! ```math
//! w \leftarrow w' \quad \text{with probability} \quad \min\left(1, e^{-\Delta / T_e}\right),
//! \qquad T_{e+1} = c\, T_e
//! ```
//!
//! (Kirkpatrick, Gelatt & Vecchi 1983). Early, while the temperature T is high, moves uphill are
//! often taken and lead out of a minimum; late, hardly ever. The best weights seen, before or after
//! a move, come back. Streams: `escape/<name>/move/<e>` and `escape/<name>/accept/<e>`.

use std::io;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::Escape;
use crate::training::Stop;
use crate::training::checkpoint::{decode, encode};
use crate::training::stopping::Best;
use crate::training::trainer::Trainer;

/// Its state.
#[derive(Serialize, Deserialize)]
pub struct Annealing {
    stream: String,
    /// T.
    temperature: f64,
    /// c.
    cooling: f64,
    /// σ.
    std: f64,
    best: Option<Best>,
}

impl Annealing {
    /// Before the first epoch.
    pub fn new(stream: String, temperature: f64, cooling: f64, std: f64) -> Self {
        Self {
            stream,
            temperature,
            cooling,
            std,
            best: None,
        }
    }
}

impl Escape for Annealing {
    fn epoch(&mut self, trainer: &mut Trainer, epoch: usize) -> Result<f64, Stop> {
        let train_loss = trainer.gradient_epoch(epoch)?;
        let loss = trainer.training_loss()?;
        let before = trainer.model.parameters();
        Best::improve_loss(&mut self.best, epoch, loss, || before.clone());
        let stream = |what: &str| format!("{}/{what}/{epoch}", self.stream);
        let after = trainer.moved(&before, self.std, &stream("move"));
        let mut accept = trainer.streams().stream(&stream("accept"));
        let u = accept.random_range(0.0..1.0);
        let moved_loss = trainer.training_loss_of(&after)?;
        if accepts(moved_loss - loss, self.temperature, u) {
            Best::improve_loss(&mut self.best, epoch, moved_loss, || after);
        } else {
            trainer.load(&before)?;
        }
        self.temperature *= self.cooling;
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

/// Whether a move that raises the loss by `delta` is taken, where `u` is uniform in \[0, 1). A loss
/// that is no number is never taken.
fn accepts(delta: f64, temperature: f64, u: f64) -> bool {
    delta <= 0.0 || u < (-delta / temperature).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downhill_always_and_uphill_as_often_as_boltzmann_says() {
        assert!(accepts(-1.0, 0.1, 0.999));
        assert!(accepts(0.0, 0.1, 0.999));
        let half = 0.1 * 2f64.ln();
        assert!(accepts(half, 0.1, 0.4999) && !accepts(half, 0.1, 0.5001));
        assert!(!accepts(f64::NAN, 0.1, 0.0) && !accepts(f64::INFINITY, 0.1, 0.0));
        assert!(!accepts(1.0, 1e-300, 0.0));
    }
}
