//! An evolution strategy, (μ + λ): learning without gradients.
//!
//! A generation of μ parents has λ children; child i is parent i mod μ with a mutation,
//!
//! ```math
//! w'_i = w_{i \bmod \mu} + \sigma z_i, \qquad i = 0 \ldots \lambda - 1
//! ```
//!
//! and of parents and children the μ with the lowest training loss live on; of equals the older
//! (Rechenberg 1973, Schwefel 1981; here with a fixed σ). An epoch is a generation, the first
//! parent is the config's initial parameters, and after each generation the model is the best
//! parent, so the training loss never rises. Nothing is differentiated: units that have no useful
//! derivative, like `step`, learn too. Stream: `escape/<name>/<generation>/<child>`.

use std::io;

use contract::NamedTensors;
use serde::{Deserialize, Serialize};

use super::Escape;
use crate::training::Stop;
use crate::training::checkpoint::{decode, encode};
use crate::training::divergence::{Divergence, word};
use crate::training::stopping::Best;
use crate::training::trainer::Trainer;

/// Its state.
#[derive(Serialize, Deserialize)]
pub struct Evolution {
    stream: String,
    /// λ.
    population: usize,
    /// μ.
    parents: usize,
    /// σ.
    std: f64,
    /// Those that live, the best first.
    living: Vec<Individual>,
    /// Not measured yet.
    first: Option<NamedTensors<f32>>,
    best: Option<Best>,
}

#[derive(Serialize, Deserialize)]
struct Individual {
    loss: f64,
    weights: NamedTensors<f32>,
}

impl Evolution {
    /// Before the first generation.
    pub fn new(
        stream: String,
        population: usize,
        parents: usize,
        std: f64,
        initial: NamedTensors<f32>,
    ) -> Self {
        Self {
            stream,
            population,
            parents,
            std,
            living: Vec::new(),
            first: Some(initial),
            best: None,
        }
    }
}

impl Escape for Evolution {
    fn ticks(&self, _: usize) -> usize {
        self.population
    }

    fn epoch(&mut self, trainer: &mut Trainer, epoch: usize) -> Result<f64, Stop> {
        if let Some(weights) = self.first.take() {
            let loss = trainer.training_loss_of(&weights)?;
            self.living.push(Individual { loss, weights });
        }
        let parents = self.living.len();
        for child in 0..self.population {
            let stream = format!("{}/{epoch}/{child}", self.stream);
            let parent = &self.living[child % parents].weights;
            let weights = trainer.moved(parent, self.std, &stream);
            let loss = trainer.training_loss_of(&weights)?;
            self.living.push(Individual { loss, weights });
            (trainer.tick)();
        }
        self.living
            .sort_by(|a, b| rank(a.loss).total_cmp(&rank(b.loss)));
        self.living.truncate(self.parents);
        let winner = &self.living[0];
        trainer.load(&winner.weights)?;
        if !winner.loss.is_finite() {
            let became = word(winner.loss);
            return Err(Stop::Diverged(Divergence {
                what: format!("the lowest loss of generation {epoch} became {became}"),
                before_learning: true,
            }));
        }
        Best::improve_loss(&mut self.best, epoch, winner.loss, || {
            winner.weights.clone()
        });
        Ok(winner.loss)
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

/// What is no number comes last, whatever its sign.
fn rank(loss: f64) -> f64 {
    if loss.is_nan() { f64::INFINITY } else { loss }
}
