//! Training every implementation of a config side by side, and recording it.
//!
//! What learns is a [`Trainee`]: a learner, or a network in one implementation with one escape, if
//! the config lists any. They take turns, a pass each: what slows the machine down for a while
//! slows all of them. The loop owns progress, signals, the record and the checkpoints, and knows
//! nothing of networks.

pub mod averaging;
pub mod checkpoint;
pub mod divergence;
pub mod escapes;
pub mod evaluation;
pub mod histograms;
mod layer_metrics;
pub mod learner;
mod moves;
pub mod network;
pub mod pocket;
mod saving;
pub mod stopping;
pub mod trainee;
pub mod trainer;

use contract::TensorError;
use spec::Problem;

use crate::check;
use crate::numbers::number;
use crate::prepare::Prepared;
use crate::progress::{Bar, Progress};
use crate::record::{GRADIENTS, Record, RunFolder, Status, Trained};
use crate::{Failure, files, implementations, interrupt, jacobians, output, tables};

use divergence::Divergence;
use learner::Learning;
use network::Network;
pub use network::{Entry, entries};
use saving::Saved;
use trainee::Trainee;
pub use trainer::FIRST_LOSSES;
use trainer::Resources;

/// A run under way.
pub struct Training<'a> {
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    /// What is recorded of it so far.
    pub record: Record,
    active: Vec<Active<'a>>,
    saved: Saved,
}

/// A trainee at work; its record stands at the same place among those of the run.
struct Active<'a> {
    trainee: Box<dyn Trainee + 'a>,
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
    /// A learner cannot learn from these data.
    Refused(Problem),
}

impl From<learners::Stop> for Stop {
    fn from(stop: learners::Stop) -> Self {
        match stop {
            learners::Stop::Interrupted => Self::Interrupted,
            learners::Stop::Refused(problem) => Self::Refused(problem),
        }
    }
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

/// What is recorded of each trainee before its first pass.
pub fn beginning(prepared: &Prepared) -> Vec<Trained> {
    match prepared {
        Prepared::Network(of) => entries(&of.network).iter().map(Entry::trained).collect(),
        Prepared::Learner(of) => vec![learner::trained(&of.learner)],
    }
}

/// Each trainee before its first pass.
fn trainees(prepared: &Prepared) -> Result<Vec<Box<dyn Trainee + '_>>, Failure> {
    match prepared {
        Prepared::Learner(of) => Ok(vec![Box::new(Learning::new(of)?)]),
        Prepared::Network(of) => {
            let (entries, resources) = (entries(&of.network), Resources::new(of));
            let network = |entry| -> Result<Box<dyn Trainee>, _> {
                Ok(Box::new(Network::new(entry, &resources)?))
            };
            entries.iter().map(network).collect()
        }
    }
}

impl<'a> Training<'a> {
    /// Every trainee at the initial parameters, or where it stood when the run was cut off if the
    /// folder has its checkpoint.
    ///
    /// # Errors
    /// When the folder cannot be written, or a checkpoint cannot be read.
    pub fn new(
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        record: Record,
    ) -> Result<Self, Failure> {
        let active = trainees(prepared)?.into_iter().map(|trainee| Active {
            trainee,
            changed: true,
            cut_off: false,
        });
        let mut training = Self {
            prepared,
            folder,
            record,
            active: active.collect(),
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
        // A learner is proved by `runner check` and `runner proofs`.
        let Prepared::Network(prepared) = self.prepared else {
            return Ok(());
        };
        let check = prepared.network.gradient_check;
        if !check.before_training || self.record.gradients_agree == Some(true) {
            return Ok(());
        }
        if let Some(missing) = implementations::missing_witnesses() {
            output::line(format!("note: {missing}"));
        }
        if implementations::references().is_empty() {
            return Ok(());
        }
        let report = match check::against_burn(prepared) {
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
        match check::conclude(prepared, &report) {
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

    /// Pass by pass, each trainee in turn, until all are done.
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
        if let Prepared::Network(prepared) = self.prepared {
            self.record.initial = jacobians::mean_singular_values(prepared)?;
        }
        for (key, value) in &self.record.initial {
            output::line(format!("{key}: {}", number(*value, 4)));
        }
        Ok(())
    }

    fn all_passes(&mut self, progress: &Progress) -> Result<(), Failure> {
        while self.active.iter().any(|active| !active.trainee.is_done()) {
            for index in 0..self.active.len() {
                if self.active[index].trainee.is_done() {
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
        let rows = self.active.iter().zip(&self.record.implementations);
        let bars = rows.map(|(Active { trainee, .. }, trained)| Bar {
            name: trained.implementation.clone(),
            done: trainee.ticks() * trained.epochs.len(),
            steps: trainee.ticks() * trainee.passes(),
            epochs: trainee.passes(),
        });
        Progress::new(bars, self.record.measures.clone())
    }

    fn pass(&mut self, index: usize, progress: &Progress) -> Result<(), Stop> {
        let Active {
            trainee, changed, ..
        } = &mut self.active[index];
        let trained = &mut self.record.implementations[index];
        let before = trained.epochs.len();
        progress.begin(index);
        *changed = true;
        trainee.pass(trained, &|| progress.step(index))?;
        if trained.epochs.len() > before {
            progress.epoch(index, &trained.epochs[before], trainee.is_done());
        }
        Ok(())
    }

    /// Ends the record, and says why.
    fn stopped(&mut self, index: usize, stop: Stop) -> Failure {
        let name = &self.record.implementations[index].implementation;
        let (message, advice) = match stop {
            Stop::Interrupted => return self.interrupted(),
            Stop::Refused(problem) => return self.refused(problem),
            Stop::Broken(why) => (format!("{name}: {why}"), String::new()),
            Stop::Diverged(Divergence {
                what,
                before_learning,
            }) => {
                let advice = match self.prepared {
                    Prepared::Network(of) => {
                        format!("; {}", divergence::advice(of, before_learning))
                    }
                    Prepared::Learner(_) => String::new(),
                };
                (format!("{name} diverged: {what}"), advice)
            }
        };
        let saved = self.close(Status::Diverged, message.clone());
        Failure::Run(format!("{message}{advice}; {saved}"))
    }

    /// The data cannot be learned: with the place in the config. Where nothing was learned before,
    /// there is no record.
    fn refused(&mut self, problem: Problem) -> Failure {
        let mut trained = self.record.implementations.iter();
        match trained.all(|trained| trained.epochs.is_empty()) {
            true => self.folder.discard(),
            false => {
                self.close(Status::Diverged, problem.reason.clone());
            }
        }
        self.prepared.config.locate(problem).into()
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
        let Prepared::Network(prepared) = self.prepared else {
            return;
        };
        let entries = entries(&prepared.network);
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
