//! One row of the table: an implementation that learns, with one escape if the config lists any.

use std::time::Duration;

use contract::{Implementation, NamedTensors};
use spec::escapes::EscapeSpec;
use spec::{Experiment, ImplementationName};

use super::Stop;
use super::divergence::{expect_loss, expect_parameters};
use super::escapes::{self, Escape, initial_of_run};
use super::learner::{Learner, Tools};
use super::stopping::{Best, Stopping};
use crate::Failure;
use crate::implementations::build;
use crate::prepare::Prepared;
use crate::record::{Early, Epoch, Kept, Trained};

/// Who learns, and with which escape.
#[derive(Clone, Debug)]
pub struct Row {
    implementation: ImplementationName,
    /// Its name is that of its kind, and a number if the kind is listed again.
    escape: Option<(EscapeSpec, String)>,
}

/// The rows of an experiment: of each implementation one for each escape.
pub fn rows(experiment: &Experiment) -> Vec<Row> {
    let listed = &experiment.training.escapes;
    let mut escapes: Vec<_> = (0..listed.len())
        .map(|index| {
            let (spec, kind) = (listed[index], listed[index].kind());
            let before = listed[..index].iter().filter(|e| e.kind() == kind).count();
            Some(match before {
                0 => (spec, kind.to_string()),
                before => (spec, format!("{kind}-{}", before + 1)),
            })
        })
        .collect();
    if escapes.is_empty() {
        escapes.push(None);
    }
    let implementations = experiment.implementations.iter();
    let row = |&implementation| {
        let escapes = escapes.iter().cloned();
        escapes.map(move |escape| Row {
            implementation,
            escape,
        })
    };
    implementations.flat_map(row).collect()
}

impl Row {
    /// Whether the hand-written implementation learns.
    pub fn is_by_hand(&self) -> bool {
        self.implementation == ImplementationName::Backprop
    }

    /// Its record before the first epoch.
    pub fn trained(&self) -> Trained {
        let implementation = self.implementation.as_str();
        let (name, file) = match &self.escape {
            None => (implementation.to_string(), implementation.to_string()),
            Some((_, escape)) => (
                format!("{implementation}/{escape}"),
                format!("{implementation}-{escape}"),
            ),
        };
        Trained {
            implementation: name,
            escape: self.escape.as_ref().map(|(_, name)| name.clone()),
            weights: format!("{file}.safetensors"),
            ..Trained::default()
        }
    }
}

/// A row at work.
pub struct Trainee {
    model: Box<dyn Implementation<f32>>,
    escape: Box<dyn Escape>,
    escape_name: String,
    stopping: Stopping,
    /// Epochs of a run.
    epochs: usize,
    /// From 0.
    run: usize,
    /// Epochs of this run that are done.
    epoch: usize,
    /// Of several runs the best so far.
    kept: Option<Best>,
    /// Whether nothing is left to do.
    pub done: bool,
}

impl Trainee {
    /// A row at the initial parameters.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn new(row: &Row, prepared: &Prepared) -> Result<Self, Failure> {
        let experiment = &prepared.config.experiment;
        let training = &experiment.training;
        let streams = prepared.streams();
        let mut model = build(row.implementation, &prepared.plan, training, streams)?;
        model.load(&prepared.initial.cast())?;
        let (spec, name) = row.escape.clone().unzip();
        let escape_name = name.unwrap_or_default();
        Ok(Self {
            model,
            escape: escapes::build(spec, &escape_name, prepared),
            escape_name,
            stopping: Stopping::new(training.stopping),
            epochs: training.epochs,
            run: 0,
            epoch: 0,
            kept: None,
            done: false,
        })
    }

    /// Epochs in all, if none is left out.
    pub fn all_epochs(&self) -> usize {
        self.epochs * self.escape.runs()
    }

    /// How often an epoch of so many updates ticks.
    pub fn ticks(&self, steps: usize) -> usize {
        self.escape.ticks(steps)
    }

    /// The weights to save: the best so far where the best come back, otherwise as they are.
    pub fn weights(&self) -> NamedTensors<f32> {
        let best = self.kept.as_ref().or_else(|| self.best());
        match best {
            Some(best) if !self.done => best.weights.clone(),
            _ => self.model.parameters(),
        }
    }

    /// The best weights of this run, where the best come back: by validation loss if samples are
    /// held back, otherwise by training loss if the escape asks for it.
    fn best(&self) -> Option<&Best> {
        self.stopping.best().or_else(|| self.escape.best())
    }

    /// Learns for an epoch and records it; ends a run, or everything, when it is time.
    pub fn epoch(
        &mut self,
        tools: &mut Tools,
        trained: &mut Trained,
        tick: &dyn Fn(),
    ) -> Result<(), Stop> {
        match self.learn(tools, trained, tick) {
            Ok(epoch) => {
                let early = self.stopping.after(&epoch, || self.model.parameters());
                trained.epochs.push(epoch);
                self.epoch += 1;
                if self.epoch == self.epochs {
                    self.end_run(None, tools, trained)
                } else if early.is_some() {
                    self.end_run(early, tools, trained)
                } else {
                    Ok(())
                }
            }
            Err(Stop::Diverged(mut divergence)) if self.escape.runs() > 1 => {
                trained.diverged_runs += 1;
                if trained.diverged_runs == self.escape.runs() {
                    let (runs, what) = (self.escape.runs(), divergence.what);
                    divergence.what = format!("in the last of {runs} runs {what}");
                    return Err(Stop::Diverged(divergence));
                }
                self.next_run(tools, trained)
            }
            Err(stop) => Err(stop),
        }
    }

    fn learn(
        &mut self,
        tools: &mut Tools,
        trained: &mut Trained,
        tick: &dyn Fn(),
    ) -> Result<Epoch, Stop> {
        let number = trained.epochs.len() + 1;
        let mut learner = Learner {
            model: &mut *self.model,
            tools,
            first_losses: &mut trained.first_losses,
            tick,
            time: Duration::ZERO,
            learning_rate: None,
        };
        let train_loss = self.escape.epoch(&mut learner, self.epoch + 1)?;
        let (time, learning_rate) = (learner.time, learner.learning_rate);
        let after = format!("after epoch {}", self.epoch + 1);
        expect_parameters(&self.model.parameters(), &after)?;
        let validation = tools.evaluator.validation(&mut *self.model)?;
        let test = tools.evaluator.test(&mut *self.model)?;
        expect_loss("test", test.loss, &after)?;
        if let Some(validation) = &validation {
            expect_loss("validation", validation.loss, &after)?;
        }
        let several = self.escape.runs() > 1;
        Ok(Epoch {
            epoch: number,
            run: several.then_some(self.run + 1),
            learning_rate,
            train_loss,
            validation_loss: validation.as_ref().map(|v| v.loss),
            validation: validation.map(|v| v.metrics).unwrap_or_default(),
            test_loss: test.loss,
            test: test.metrics,
            seconds: time.as_secs_f64(),
        })
    }

    fn end_run(
        &mut self,
        early: Option<Early>,
        tools: &mut Tools,
        trained: &mut Trained,
    ) -> Result<(), Stop> {
        let last = trained.epochs.len();
        if self.escape.runs() == 1 {
            trained.stopped_early = early;
            // Beside an escape that brings its best weights back, plain training is measured alike.
            let compared = trained.escape.is_some();
            let as_it_is = compared.then(|| (last, self.model.parameters()));
            let best = self.best().map(|best| (best.epoch, best.weights.clone()));
            return self.finish(best.or(as_it_is), tools, trained);
        }
        let (epoch, weights) = match self.stopping.best() {
            Some(best) => (best.epoch, best.weights.clone()),
            None => (last, self.model.parameters()),
        };
        self.model.load(&weights)?;
        let loss = tools.evaluator.training_loss(&mut *self.model)?;
        let before = self.kept.as_ref().map(|kept| kept.loss);
        Best::improve(&mut self.kept, epoch, loss, || weights);
        if self.kept.as_ref().map(|kept| kept.loss) != before {
            trained.stopped_early = early;
        }
        self.next_run(tools, trained)
    }

    /// Begins the next run, or ends with the best of them.
    fn next_run(&mut self, tools: &mut Tools, trained: &mut Trained) -> Result<(), Stop> {
        self.run += 1;
        if self.run == self.escape.runs() {
            let kept = self.kept.take().map(|kept| (kept.epoch, kept.weights));
            return self.finish(kept, tools, trained);
        }
        let initial = initial_of_run(tools.prepared, &self.escape_name, self.run);
        self.model.load(&initial)?;
        let training = &tools.prepared.config.experiment.training;
        self.stopping = Stopping::new(training.stopping);
        self.epoch = 0;
        Ok(())
    }

    /// Brings the best weights, of that epoch, back, and measures what they are worth.
    fn finish(
        &mut self,
        best: Option<(usize, NamedTensors<f32>)>,
        tools: &mut Tools,
        trained: &mut Trained,
    ) -> Result<(), Stop> {
        if let Some((best_epoch, weights)) = best {
            self.model.load(&weights)?;
            let validation = tools.evaluator.validation(&mut *self.model)?;
            let test = tools.evaluator.test(&mut *self.model)?;
            let train_loss = tools.evaluator.training_loss(&mut *self.model)?;
            let validation_loss = validation.map(|v| v.loss);
            let when = "with the best weights";
            expect_loss("test", test.loss, when)?;
            expect_loss("training", train_loss, when)?;
            expect_loss("validation", validation_loss.unwrap_or(0.0), when)?;
            trained.kept = Some(Kept {
                best_epoch,
                train_loss,
                validation_loss,
                test_loss: test.loss,
                test: test.metrics,
            });
        }
        self.done = true;
        Ok(())
    }
}
