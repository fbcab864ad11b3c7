//! Training every implementation of a config side by side, and recording it.
//!
//! A [`Row`] is an implementation with one escape, if the config lists any; a [`Trainee`] is a row
//! at work. They take turns, an epoch each: what slows the machine down for a while slows all of
//! them.

pub mod divergence;
pub mod escapes;
pub mod evaluation;
pub mod learner;
mod moves;
mod saving;
pub mod stopping;
pub mod trainee;

use contract::TensorError;

use crate::check;
use crate::prepare::Prepared;
use crate::progress::{Bar, Progress};
use crate::record::{Record, RunFolder, Status};
use crate::{Failure, files, implementations, interrupt, output, tables};

use divergence::Divergence;
pub use learner::FIRST_LOSSES;
use learner::Tools;
use saving::Saved;
pub use trainee::{Row, Trainee, rows};

/// A run under way.
pub struct Training<'a> {
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    /// What is recorded of it so far.
    pub record: Record,
    trainees: Vec<Trainee>,
    tools: Tools<'a>,
    saved: Saved,
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
    /// Every row at the initial parameters.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        record: Record,
    ) -> Result<Self, Failure> {
        let rows = rows(&prepared.config.experiment);
        let trainees = rows.iter().map(|row| Trainee::new(row, prepared));
        let mut training = Self {
            prepared,
            folder,
            record,
            trainees: trainees.collect::<Result<_, _>>()?,
            tools: Tools::new(prepared),
            saved: Saved::default(),
        };
        training.begin()?;
        Ok(training)
    }

    /// Holds the gradients against burn's, tensor by tensor, before anything is trained.
    ///
    /// # Errors
    /// [`Failure::Run`] when they disagree or are not finite, [`Failure::Interrupted`] on Ctrl-C.
    pub fn gradient_check(&mut self) -> Result<(), Failure> {
        let check = self.prepared.config.experiment.gradient_check;
        if !check.before_training {
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
        self.keep("gradients.json", files::json(&report));
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

    /// Epoch by epoch, each row in turn, until all are done.
    ///
    /// # Errors
    /// [`Failure::Run`] when a loss diverges, [`Failure::Interrupted`] on Ctrl-C; the record is
    /// kept.
    pub fn train(&mut self) -> Result<(), Failure> {
        let progress = self.progress();
        self.saved.trained = true;
        while self.trainees.iter().any(|trainee| !trainee.done) {
            for index in 0..self.trainees.len() {
                if self.trainees[index].done {
                    continue;
                }
                if let Err(stop) = self.epoch(index, &progress) {
                    progress.finish();
                    return Err(self.stopped(index, stop));
                }
            }
            if self.saved.is_long_ago()
                && let Err(failure) = self.save(Status::Running, None)
            {
                progress.finish();
                return Err(failure);
            }
        }
        progress.finish();
        self.save(Status::Finished, None)
    }

    fn progress(&self) -> Progress {
        let steps = self.tools.batches.steps();
        let rows = self.trainees.iter().zip(&self.record.implementations);
        Progress::new(rows.map(|(trainee, trained)| Bar {
            name: trained.implementation.clone(),
            steps: trainee.ticks(steps) * trainee.all_epochs(),
            epochs: trainee.all_epochs(),
        }))
    }

    fn epoch(&mut self, index: usize, progress: &Progress) -> Result<(), Stop> {
        let trainee = &mut self.trainees[index];
        let trained = &mut self.record.implementations[index];
        let before = trained.epochs.len();
        progress.begin(index);
        trainee.epoch(&mut self.tools, trained, &|| progress.step(index))?;
        if trained.epochs.len() > before {
            progress.epoch(index, &trained.epochs[before], trainee.done);
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
        Failure::Interrupted(format!("{message}; {saved}"))
    }

    /// Largest difference of each other implementation's first losses to the hand-written ones with
    /// the same escape.
    fn measure_gaps(&mut self) {
        let rows = rows(&self.prepared.config.experiment);
        let trained = || rows.iter().zip(&self.record.implementations);
        let by_hand = |escape: &Option<String>| {
            let mut by_hand = trained().filter(|(row, _)| row.is_by_hand());
            by_hand.find(|(_, trained)| trained.escape == *escape)
        };
        let gaps = trained()
            .filter(|(row, _)| !row.is_by_hand())
            .filter_map(|(_, other)| {
                let (_, by_hand) = by_hand(&other.escape)?;
                let pairs = by_hand.first_losses.iter().zip(&other.first_losses);
                let gap = pairs.map(|(a, b)| (a - b).abs()).reduce(f64::max)?;
                Some((other.implementation.clone(), gap))
            });
        self.record.largest_loss_gap = gaps.collect();
    }
}
