//! Training every implementation of a config side by side, and recording it.
//!
//! What learns is a [`Learner`]: an implementation with one escape, if the config lists any. They
//! take turns, a pass each: what slows the machine down for a while slows all of them. The loop
//! owns progress, signals, the record and the checkpoints, and knows nothing of networks.

pub mod checkpoint;
pub mod divergence;
pub mod escapes;
pub mod evaluation;
mod layer_metrics;
pub mod learner;
mod moves;
pub mod network;
mod saving;
pub mod stopping;
pub mod trainer;

use contract::TensorError;

use crate::check;
use crate::numbers::number;
use crate::prepare::Prepared;
use crate::progress::{Bar, Progress};
use crate::record::{GRADIENTS, Record, RunFolder, Status};
use crate::{Failure, files, implementations, interrupt, jacobians, output, tables};

use divergence::Divergence;
use learner::Learner;
use network::Network;
pub use network::{Entry, entries};
use saving::Saved;
pub use trainer::FIRST_LOSSES;
use trainer::Resources;

/// A run under way.
pub struct Training<'a> {
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    /// What is recorded of it so far.
    pub record: Record,
    active: Vec<Active>,
    resources: Resources<'a>,
    saved: Saved,
}

/// A learner at work; its record stands at the same place among those of the run.
struct Active {
    learner: Box<dyn Learner>,
    /// Whether it has learned since it was saved.
    changed: bool,
    /// Whether its last pass was cut off: it stands at no place from which it could go on.
    cut_off: bool,
}

/// Why training cannot go on.
#[derive(Debug)]
pub enum Stop {
    /// A loss or a parameter became infinite or NaN.
    Diverged(Divergence),
    /// Somebody pressed Ctrl-C, or the system asked the process to stop.
    Interrupted,
    /// An implementation does not take its own parameters.
    Broken(String),
}

impl From<TensorError> for Stop {
    fn from(error: TensorError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<Divergence> for Stop {
    fn from(divergence: Divergence) -> Self {
        Self::Diverged(divergence)
    }
}

impl<'a> Training<'a> {
    /// Every learner at the initial parameters, or where it stood when the run was cut off if the
    /// folder has its checkpoint.
    ///
    /// # Errors
    /// When the folder cannot be written, or a checkpoint cannot be read.
    pub fn new(
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        record: Record,
    ) -> Result<Self, Failure> {
        let entries = entries(&prepared.config.experiment);
        let active = entries.iter().map(|entry| {
            let learner: Box<dyn Learner> = Box::new(Network::new(entry, prepared)?);
            Ok::<_, Failure>(Active {
                learner,
                changed: true,
                cut_off: false,
            })
        });
        let mut training = Self {
            prepared,
            folder,
            record,
            active: active.collect::<Result<_, _>>()?,
            resources: Resources::new(prepared),
            saved: Saved::default(),
        };
        training.restore()?;
        training.begin()?;
        Ok(training)
    }

    /// Holds the gradients against burn's, tensor by tensor, before anything is trained.
    ///
    /// # Errors
    /// [`Failure::Run`] when they disagree or are not finite, [`Failure::Interrupted`] on Ctrl-C.
    pub fn gradient_check(&mut self) -> Result<(), Failure> {
        let check = self.prepared.config.experiment.gradient_check;
        if !check.before_training || self.record.gradients_agree == Some(true) {
            return Ok(());
        }
        if let Some(missing) = implementations::missing_witnesses() {
            output::line(format!("note: {missing}"));
        }
        if implementations::references().is_empty() {
            return Ok(());
        }
        let report = match check::against_burn(self.prepared) {
            Ok(report) => report,
            Err(Failure::Interrupted(_)) => return Err(self.interrupted()),
            Err(other) => {
                self.close(Status::GradientsDisagree, other.to_string());
                return Err(other);
            }
        };
        output::line("Gradients by hand against burn: largest relative error of each tensor");
        output::line(tables::tensors(&report));
        let differs = report.first_fault().is_some();
        self.record.gradients_agree = Some(!differs);
        self.keep(GRADIENTS, files::json(&report));
        match check::conclude(self.prepared, &report) {
            Ok(()) => self.save(Status::Running, None),
            Err(failure) => {
                let message = failure.to_string();
                let status = match differs {
                    true => Status::GradientsDisagree,
                    false => Status::NotFinite,
                };
                let saved = self.close(status, message.clone());
                Err(Failure::Run(format!("{message}; {saved}")))
            }
        }
    }

    /// Pass by pass, each learner in turn, until all are done.
    ///
    /// # Errors
    /// [`Failure::Run`] when a loss diverges, [`Failure::Interrupted`] on Ctrl-C; the record is
    /// kept.
    pub fn train(&mut self) -> Result<(), Failure> {
        let progress = self.progress();
        self.saved.training_begins();
        self.measure_initial()?;
        let outcome = self.all_passes(&progress);
        progress.finish();
        outcome?;
        self.save(Status::Running, None)?;
        self.conclude()?;
        self.folder.tidy(true);
        Ok(())
    }

    /// What is asked of the initial parameters, unless an earlier part of the run has told it.
    fn measure_initial(&mut self) -> Result<(), Failure> {
        // Of a run that goes on, too: what was read from its record may differ in the last digit.
        self.record.initial = jacobians::mean_singular_values(self.prepared)?;
        for (key, value) in &self.record.initial {
            output::line(format!("{key}: {}", number(*value, 4)));
        }
        Ok(())
    }

    fn all_passes(&mut self, progress: &Progress) -> Result<(), Failure> {
        while self.active.iter().any(|active| !active.learner.is_done()) {
            for index in 0..self.active.len() {
                if self.active[index].learner.is_done() {
                    continue;
                }
                if let Err(stop) = self.pass(index, progress) {
                    self.active[index].cut_off = true;
                    return Err(self.stopped(index, stop));
                }
                if self.saved.is_long_ago() {
                    self.save(Status::Running, None)?;
                }
            }
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        let steps = self.resources.batches.steps();
        let rows = self.active.iter().zip(&self.record.implementations);
        let bars = rows.map(|(Active { learner, .. }, trained)| Bar {
            name: trained.implementation.clone(),
            done: learner.ticks(steps) * trained.epochs.len(),
            steps: learner.ticks(steps) * learner.passes(),
            epochs: learner.passes(),
        });
        Progress::new(bars, self.record.measures.clone())
    }

    fn pass(&mut self, index: usize, progress: &Progress) -> Result<(), Stop> {
        let Active {
            learner, changed, ..
        } = &mut self.active[index];
        let trained = &mut self.record.implementations[index];
        let before = trained.epochs.len();
        progress.begin(index);
        *changed = true;
        learner.pass(&mut self.resources, trained, &|| progress.step(index))?;
        if trained.epochs.len() > before {
            progress.epoch(index, &trained.epochs[before], learner.is_done());
        }
        Ok(())
    }

    /// Ends the record, and says why.
    fn stopped(&mut self, index: usize, stop: Stop) -> Failure {
        let name = &self.record.implementations[index].implementation;
        let (message, advice) = match stop {
            Stop::Interrupted => return self.interrupted(),
            Stop::Broken(why) => (format!("{name}: {why}"), String::new()),
            Stop::Diverged(Divergence {
                what,
                before_learning,
            }) => {
                let advice = divergence::advice(self.prepared, before_learning);
                (format!("{name} diverged: {what}"), format!("; {advice}"))
            }
        };
        let saved = self.close(Status::Diverged, message.clone());
        Failure::Run(format!("{message}{advice}; {saved}"))
    }

    fn interrupted(&mut self) -> Failure {
        let message = interrupt::cause().to_string();
        let saved = self.close(Status::Interrupted, message.clone());
        let run = self.folder.path.display();
        let remedy = format!("go on with `runner run --resume {run}`");
        Failure::Interrupted(format!("{message}; {saved}; {remedy}"))
    }

    /// Largest difference of each other implementation's first losses to the hand-written ones with
    /// the same escape.
    fn measure_gaps(&mut self) {
        let entries = entries(&self.prepared.config.experiment);
        let trained = || entries.iter().zip(&self.record.implementations);
        let by_hand = |escape: &Option<String>| {
            let mut by_hand = trained().filter(|(entry, _)| entry.is_by_hand());
            by_hand.find(|(_, trained)| trained.escape == *escape)
        };
        let gaps = trained()
            .filter(|(entry, _)| !entry.is_by_hand())
            .filter_map(|(_, other)| {
                let (_, by_hand) = by_hand(&other.escape)?;
                let pairs = by_hand.first_losses.iter().zip(&other.first_losses);
                let gap = pairs.map(|(a, b)| (a - b).abs()).reduce(f64::max)?;
                Some((other.implementation.clone(), gap))
            });
        self.record.largest_loss_gap = gaps.collect();
    }
}
