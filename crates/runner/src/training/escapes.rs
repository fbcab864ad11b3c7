//! Ways out of a local minimum: `training.escapes`.
//!
//! One escape is one file. They work on any [`Implementation`](contract::Implementation), and only
//! through loading and reading parameters, evaluating, and training: their random numbers come from
//! the streams `escape/<name>/...`, so that every implementation sees the same moves. The training
//! loss that they compare, `$E(w)$`, is the mean over all samples to train on, in evaluation mode,
//! without smoothing or penalties.

mod annealing;
mod evolution;
mod perturbation;
mod restarts;

use std::io;

use contract::NamedTensors;
use spec::escapes::EscapeSpec;

use super::Stop;
use super::stopping::Best;
use super::trainer::Trainer;
use crate::prepare::PreparedNetwork;

pub use restarts::initial_of_run;

/// A way out of local minima, as a training calls it.
pub trait Escape: Send {
    /// Trainings from different initial parameters.
    fn runs(&self) -> usize {
        1
    }

    /// How often an epoch of so many updates ticks.
    fn ticks(&self, steps: usize) -> usize {
        steps
    }

    /// One epoch (from 1) of the trainer. Returns its training loss.
    fn epoch(&mut self, trainer: &mut Trainer, epoch: usize) -> Result<f64, Stop>;

    /// The weights with the lowest training loss seen, if the escape keeps them.
    fn best(&self) -> Option<&Best> {
        None
    }

    /// Writes all that the next epoch depends on.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save(&self, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    /// Takes it off what was saved, and goes on from there.
    ///
    /// # Errors
    /// When it is damaged, or of something else.
    fn restore(&mut self, _: &mut &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// No way out: plain training.
struct Plain {
    runs: usize,
}

impl Escape for Plain {
    fn runs(&self) -> usize {
        self.runs
    }

    fn epoch(&mut self, trainer: &mut Trainer, epoch: usize) -> Result<f64, Stop> {
        trainer.gradient_epoch(epoch)
    }
}

/// The escape that a config names; none is plain training. `name` names its streams.
pub fn build(spec: Option<EscapeSpec>, name: &str, prepared: &PreparedNetwork) -> Box<dyn Escape> {
    let stream = format!("escape/{name}");
    let initial = || -> NamedTensors<f32> { prepared.initial.cast() };
    match spec {
        None | Some(EscapeSpec::Plain) => Box::new(Plain { runs: 1 }),
        Some(EscapeSpec::Restarts(of)) => Box::new(Plain { runs: of.runs }),
        Some(EscapeSpec::Annealing(of)) => Box::new(annealing::Annealing::new(
            stream,
            of.temperature,
            of.cooling,
            of.std,
        )),
        Some(EscapeSpec::Perturbation(of)) => Box::new(perturbation::Perturbation::new(
            stream, of.epochs, of.change, of.std,
        )),
        Some(EscapeSpec::Evolution(of)) => Box::new(evolution::Evolution::new(
            stream,
            of.population,
            of.parents,
            of.std,
            initial(),
        )),
    }
}
