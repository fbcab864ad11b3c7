//! Training every implementation of a config side by side, and recording it.
//!
//! A [`Row`] is an implementation with one escape, if the config lists any; a [`Trainee`] is a row at
//! work. They take turns, an epoch each: what slows the machine down for a while slows all of them.

pub mod escapes;
pub mod evaluation;
pub mod learner;
pub mod stopping;
pub mod trainee;

use std::time::{Duration, Instant};

use spec::TensorError;

use crate::check::{self, Report};
use crate::prepare::Prepared;
use crate::progress::{Bar, Progress};
use crate::record::{Record, RunFolder, Status, now};
use crate::{Failure, curves, machine, output, record, tables};

pub use learner::FIRST_LOSSES;
use learner::Tools;
pub use trainee::{Row, Trainee, rows};

/// A record is written after an epoch, but not more often than this: of a thousand short epochs the
/// writing would take longer than the training.
const BETWEEN_SAVES: Duration = Duration::from_secs(1);

/// A run under way.
pub struct Training<'a> {
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    /// What is recorded of it so far.
    pub record: Record,
    trainees: Vec<Trainee>,
    tools: Tools<'a>,
    saved: Instant,
}

/// Why training cannot go on.
#[derive(Debug)]
pub enum Stop {
    /// A loss became infinite or NaN: which, and when.
    Diverged(String),
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// An implementation does not take its own parameters.
    Broken(String),
}

impl From<TensorError> for Stop {
    fn from(error: TensorError) -> Self {
        Self::Broken(error.to_string())
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
        let training = Self {
            prepared,
            folder,
            record,
            trainees: trainees.collect::<Result<_, _>>()?,
            tools: Tools::new(prepared),
            saved: Instant::now(),
        };
        folder.write("config.toml", training.record.config.as_bytes())?;
        Ok(training)
    }

    /// Holds the gradients against burn's, tensor by tensor, before anything is trained.
    ///
    /// # Errors
    /// [`Failure::Run`] when they disagree or are not finite.
    pub fn gradient_check(&mut self) -> Result<(), Failure> {
        if self
            .prepared
            .config
            .experiment
            .gradient_check
            .before_training
        {
            let mut report = Report::default();
            check::against_burn(self.prepared, &mut report)?;
            output::line("Gradients by hand against burn: largest relative error of each tensor");
            output::line(tables::tensors(&report));
            record::write_json(&self.folder.path.join("gradients.json"), &report)?;
            let differs = report.first_fault().is_some();
            self.record.gradients_agree = Some(!differs);
            if let Err(failure) = check::conclude(self.prepared, &report) {
                let status = match differs {
                    true => Status::GradientsDisagree,
                    false => Status::NotFinite,
                };
                self.save(status, Some(failure.to_string()))?;
                return Err(failure);
            }
        }
        self.save(Status::Running, None)
    }

    /// Epoch by epoch, each row in turn, until all are done.
    ///
    /// # Errors
    /// [`Failure::Run`] when a loss diverges, [`Failure::Interrupted`] on Ctrl-C; the record is kept.
    pub fn train(&mut self) -> Result<(), Failure> {
        let progress = self.progress();
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
            if self.saved.elapsed() >= BETWEEN_SAVES {
                self.save_weights()?;
                self.save(Status::Running, None)?;
            }
        }
        progress.finish();
        self.save_weights()?;
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
        let (status, message) = match &stop {
            Stop::Diverged(why) => (Status::Diverged, format!("{name} diverged: {why}")),
            Stop::Interrupted => (Status::Interrupted, "interrupted by Ctrl-C".to_string()),
            Stop::Broken(why) => (Status::Diverged, format!("{name}: {why}")),
        };
        let folder = self.folder.path.display();
        let saved = self.save_weights();
        let saved = match saved.and_then(|()| self.save(status, Some(message.clone()))) {
            Ok(()) => format!("the record of the epochs so far is in {folder}"),
            Err(failure) => format!("and the record could not be written: {failure}"),
        };
        let optimizer = &self.prepared.config.experiment.training.optimizer;
        match stop {
            Stop::Diverged(_) => Failure::Run(format!(
                "{message}; try a smaller learning rate, e.g. --set training.optimizer.{}.learning_rate={:e}; {saved}",
                optimizer.kind(),
                optimizer.learning_rate() / 10.0,
            )),
            Stop::Interrupted => Failure::Interrupted(format!("{message}; {saved}")),
            Stop::Broken(_) => Failure::Run(format!("{message}; {saved}")),
        }
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

    fn save_weights(&self) -> Result<(), Failure> {
        for (trainee, trained) in self.trainees.iter().zip(&self.record.implementations) {
            let bytes = trainee.weights().to_safetensors()?;
            self.folder.write(&trained.weights, &bytes)?;
        }
        Ok(())
    }

    fn save(&mut self, status: Status, message: Option<String>) -> Result<(), Failure> {
        self.measure_gaps();
        self.saved = Instant::now();
        self.record.status = status;
        self.record.message = message;
        self.record.written = now();
        self.record.peak_memory_bytes = machine::peak_memory();
        let path = &self.folder.path;
        record::write_json(&path.join("record.json"), &self.record)?;
        let rows = self.record.epochs_csv();
        let rows = rows.map_err(|error| Failure::cannot_write(&path.join("epochs.csv"), &error))?;
        self.folder.write("epochs.csv", &rows)?;
        // A picture that cannot be drawn is no reason to lose a run.
        match curves::svg(&self.record) {
            Ok(svg) => self.folder.write("curves.svg", svg.as_bytes()),
            Err(_) => Ok(()),
        }
    }
}
