//! One implementation at work: what an epoch of learning consists of.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use contract::{Implementation, NamedTensors, Streams};

use super::Stop;
use super::averaging::Average;
use super::divergence::{Divergence, as_f32_holds, word};
use super::evaluation::Evaluator;
use super::moves::moved;
use super::pocket::Pocket;
use crate::batches::{Batches, TrainingBatch};
use crate::interrupt;
use crate::prepare::PreparedNetwork;

/// Losses of the first so many steps are kept one by one.
pub const FIRST_LOSSES: usize = 100;

/// What all networks of a run share: data and buffers, since they take turns.
pub struct Resources<'a> {
    /// The config and its data.
    pub prepared: &'a PreparedNetwork,
    /// What trains.
    pub batches: Batches<'a, f32>,
    /// What measures.
    pub evaluator: Evaluator<'a>,
}

impl<'a> Resources<'a> {
    /// Those of a config.
    pub fn new(prepared: &'a PreparedNetwork) -> Shared<'a> {
        Rc::new(RefCell::new(Self {
            prepared,
            batches: Batches::new(prepared),
            evaluator: Evaluator::new(prepared),
        }))
    }
}

/// [`Resources`] as each network holds them.
pub type Shared<'a> = Rc<RefCell<Resources<'a>>>;

/// Leads an implementation through an epoch. Each thing that it does is timed.
pub struct Trainer<'a, 'b> {
    /// What computes.
    pub model: &'b mut dyn Implementation<f32>,
    /// Shared with the others.
    pub resources: &'b mut Resources<'a>,
    /// Where the losses of the first batches go.
    pub first_losses: &'b mut Vec<f64>,
    /// What is averaged over all updates, if the config asks for it.
    pub average: Option<&'b mut Average>,
    /// What keeps the best weights of all updates, if the config asks for it.
    pub pocket: Option<&'b mut Pocket>,
    /// Called after each batch.
    pub tick: &'b dyn Fn(),
    /// Time of the epoch so far.
    pub time: Duration,
    /// Of the last update.
    pub learning_rate: Option<f64>,
}

impl Trainer<'_, '_> {
    /// Updates from every training sample once: epoch `epoch` (from 1) of the schedule. Returns the
    /// mean loss of the batches, each before its update.
    pub fn gradient_epoch(&mut self, epoch: usize) -> Result<f64, Stop> {
        let batches = &mut self.resources.batches;
        batches.begin(epoch);
        let start = Instant::now();
        if let Some(batch) = batches.curvature() {
            self.model.estimate_curvature(batch);
            self.time += start.elapsed();
        }
        let mut sum = 0.0;
        for index in 0..batches.steps() {
            if interrupt::requested() {
                return Err(Stop::Interrupted);
            }
            let start = Instant::now();
            let TrainingBatch { step, batch } = batches.batch(index);
            self.learning_rate = Some(step.learning_rate);
            let losses = batch.losses();
            let loss = self.model.train_step(step, batch);
            if let Some(average) = &mut self.average {
                average.add(&self.model.parameters());
            }
            if let Some(pocket) = &mut self.pocket {
                let evaluator = &mut self.resources.evaluator;
                let accuracy = evaluator.training_accuracy(&mut *self.model)?;
                pocket.look(epoch, accuracy, || self.model.parameters());
            }
            self.time += start.elapsed();
            let loss = as_f32_holds(loss);
            if !loss.is_finite() {
                let (became, step) = (word(loss), index + 1);
                return Err(Stop::Diverged(Divergence {
                    what: format!("the loss became {became} at step {step} of epoch {epoch}"),
                    before_learning: (step, epoch) == (1, 1),
                }));
            }
            sum += loss * losses as f64;
            if self.first_losses.len() < FIRST_LOSSES {
                self.first_losses.push(loss);
            }
            (self.tick)();
        }
        Ok(sum / batches.losses() as f64)
    }

    /// The mean loss of the samples to train on, as the weights are: without dropout, augmentation,
    /// smoothing and penalties.
    pub fn training_loss(&mut self) -> Result<f64, Stop> {
        let start = Instant::now();
        let loss = self.resources.evaluator.training_loss(self.model);
        self.time += start.elapsed();
        loss
    }

    /// The training loss with these parameters, which are loaded.
    pub fn training_loss_of(&mut self, parameters: &NamedTensors<f32>) -> Result<f64, Stop> {
        self.load(parameters)?;
        self.training_loss()
    }

    /// Goes on from these parameters; the optimiser forgets.
    pub fn load(&mut self, parameters: &NamedTensors<f32>) -> Result<(), Stop> {
        let start = Instant::now();
        let loaded = self.model.load(parameters);
        self.time += start.elapsed();
        loaded.map_err(Stop::from)
    }

    /// Parameters moved at random: the moves come from the stream of that name.
    pub fn moved(&mut self, from: &NamedTensors<f32>, std: f64, stream: &str) -> NamedTensors<f32> {
        let start = Instant::now();
        let mut rng = self.streams().stream(stream);
        let to = moved(from, &self.resources.prepared.plan, std, &mut rng);
        self.time += start.elapsed();
        to
    }

    /// The random streams of the experiment.
    pub fn streams(&self) -> Streams {
        self.resources.prepared.streams()
    }
}
