//! Training every implementation of a config side by side, and recording it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use spec::training::Metric;
use spec::{Implementation, Mode, NamedTensors, Step};

use crate::batches::{Batch, order};
use crate::check::{self, Report};
use crate::implementations::build;
use crate::metrics::Measurement;
use crate::prepare::Prepared;
use crate::progress::Progress;
use crate::record::{Epoch, Record, RunFolder, Status, now};
use crate::{Failure, curves, interrupt, machine, output, record, tables};

/// Losses of the first so many steps are kept one by one.
pub const FIRST_LOSSES: usize = 100;
/// A record is written after an epoch, but not more often than this: of a thousand short epochs the
/// writing would take longer than the training.
const BETWEEN_SAVES: Duration = Duration::from_secs(1);
/// Test samples evaluated at a time.
const EVALUATED: usize = 1000;

/// A run under way.
pub struct Training<'a> {
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    /// What is recorded of it so far.
    pub record: Record,
    models: Vec<Box<dyn Implementation<f32>>>,
    metrics: Vec<Metric>,
    batch: Batch<f32>,
    test_batch: Batch<f32>,
    saved: Instant,
}

/// Why an epoch ended early.
enum Stop {
    Diverged(String),
    Interrupted,
}

impl<'a> Training<'a> {
    /// Every implementation at the same initial parameters.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        record: Record,
    ) -> Result<Self, Failure> {
        let experiment = &prepared.config.experiment;
        let initial: NamedTensors<f32> = prepared.initial.cast();
        let mut models = Vec::new();
        for name in &experiment.implementations {
            let mut model = build(
                *name,
                &prepared.plan,
                &experiment.training,
                experiment.streams(),
            );
            model.load(&initial)?;
            models.push(model);
        }
        let (inputs, outputs) = (prepared.inputs(), prepared.outputs());
        let training = Self {
            prepared,
            folder,
            record,
            models,
            metrics: experiment.metrics(&prepared.shape),
            batch: Batch::new(prepared.batch_size(), inputs, outputs),
            test_batch: Batch::new(EVALUATED, inputs, outputs),
            saved: Instant::now(),
        };
        folder.write("config.toml", training.record.config.as_bytes())?;
        Ok(training)
    }

    /// Holds the gradients against burn's, tensor by tensor, before anything is trained.
    ///
    /// # Errors
    /// [`Failure::Run`] when they disagree.
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
            self.record.gradients_agree = Some(report.first_fault().is_none());
            if let Err(failure) = check::judge(&report) {
                self.save(Status::GradientsDisagree, Some(failure.to_string()))?;
                return Err(failure);
            }
        }
        self.save(Status::Running, None)
    }

    /// Epoch by epoch, each implementation in turn: what slows the machine down for a while slows
    /// all of them.
    ///
    /// # Errors
    /// [`Failure::Run`] when a loss diverges, [`Failure::Interrupted`] on Ctrl-C; the record is kept.
    pub fn train(&mut self) -> Result<(), Failure> {
        let training = &self.prepared.config.experiment.training;
        let names: Vec<&str> = self
            .prepared
            .config
            .experiment
            .implementations
            .iter()
            .map(|n| n.as_str())
            .collect();
        let steps = self
            .prepared
            .shape
            .samples
            .div_ceil(self.prepared.batch_size());
        let progress = Progress::new(&names, steps * training.epochs, training.epochs);
        for epoch in 1..=training.epochs {
            for index in 0..names.len() {
                progress.begin(index);
                match self.epoch(index, epoch, &progress) {
                    Ok(done) => {
                        progress.epoch(index, &done);
                        self.record.implementations[index].epochs.push(done);
                    }
                    Err(stop) => {
                        progress.finish();
                        return Err(self.stopped(stop));
                    }
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

    fn epoch(&mut self, index: usize, epoch: usize, progress: &Progress) -> Result<Epoch, Stop> {
        let experiment = &self.prepared.config.experiment;
        let dataset = &self.prepared.dataset;
        let streams = experiment.streams();
        let rows = order(
            dataset.train.len(),
            experiment.training.shuffle,
            epoch,
            &streams,
        );
        let (mut seconds, mut sum) = (0.0, 0.0);
        for (step, rows) in rows.chunks(self.prepared.batch_size()).enumerate() {
            if interrupt::requested() {
                return Err(Stop::Interrupted);
            }
            let start = Instant::now();
            let (x, t) = self.batch.fill(&dataset.train, &dataset.target, rows);
            let update = Step {
                number: 1,
                learning_rate: experiment.training.optimizer.learning_rate(),
            };
            let loss = self.models[index].train_step(update, x, t);
            seconds += start.elapsed().as_secs_f64();
            if !loss.is_finite() {
                let name = experiment.implementations[index].as_str();
                let step = step + 1;
                return Err(Stop::Diverged(format!(
                    "{name} diverged: the loss became {loss} at step {step} of epoch {epoch}"
                )));
            }
            sum += loss * rows.len() as f64;
            let first = &mut self.record.implementations[index].first_losses;
            if first.len() < FIRST_LOSSES {
                first.push(loss);
            }
            progress.step(index);
        }
        let (test_loss, test) = self.evaluate(index, epoch)?;
        Ok(Epoch {
            epoch,
            train_loss: sum / dataset.train.len() as f64,
            test_loss,
            test,
            seconds,
        })
    }

    /// Loss and metrics of the test samples.
    fn evaluate(
        &mut self,
        index: usize,
        epoch: usize,
    ) -> Result<(f64, BTreeMap<String, f64>), Stop> {
        let experiment = &self.prepared.config.experiment;
        let dataset = &self.prepared.dataset;
        let loss = experiment.training.loss;
        let mut measured = Measurement::new(&dataset.test, &dataset.target, loss);
        let all: Vec<usize> = (0..dataset.test.len()).collect();
        let mut sum = 0.0;
        for rows in all.chunks(EVALUATED) {
            if interrupt::requested() {
                return Err(Stop::Interrupted);
            }
            let (x, t) = self.test_batch.fill(&dataset.test, &dataset.target, rows);
            let evaluation = self.models[index].evaluate(Mode::Evaluation, x, t);
            sum += evaluation.loss * rows.len() as f64;
            measured.add(evaluation.output.view());
        }
        let test_loss = sum / all.len() as f64;
        if !test_loss.is_finite() {
            let name = experiment.implementations[index].as_str();
            return Err(Stop::Diverged(format!(
                "{name} diverged: the test loss is {test_loss} after epoch {epoch}"
            )));
        }
        let values = self
            .metrics
            .iter()
            .map(|m| (m.name().to_string(), measured.value(*m)));
        Ok((test_loss, values.collect()))
    }

    /// Ends the record, and says why.
    fn stopped(&mut self, stop: Stop) -> Failure {
        let (status, message) = match &stop {
            Stop::Diverged(message) => (Status::Diverged, message.clone()),
            Stop::Interrupted => (Status::Interrupted, "interrupted by Ctrl-C".to_string()),
        };
        let folder = self.folder.path.display();
        let saved = self.save_weights();
        let saved = match saved.and_then(|()| self.save(status, Some(message.clone()))) {
            Ok(()) => format!("the record of the epochs so far is in {folder}"),
            Err(failure) => format!("and the record could not be written: {failure}"),
        };
        match stop {
            Stop::Diverged(_) => Failure::Run(format!(
                "{message}; try a smaller learning rate, e.g. --set training.optimizer.{}.learning_rate={:e}; {saved}",
                self.prepared.config.experiment.training.optimizer.kind(),
                self.prepared
                    .config
                    .experiment
                    .training
                    .optimizer
                    .learning_rate()
                    / 10.0,
            )),
            Stop::Interrupted => Failure::Interrupted(format!("{message}; {saved}")),
        }
    }

    /// Largest difference of each implementation's first losses to the hand-written ones.
    fn measure_gaps(&mut self) {
        let Some((by_hand, others)) = self.record.implementations.split_first() else {
            return;
        };
        if by_hand.implementation != "backprop" {
            return;
        }
        let gaps = others.iter().map(|other| {
            let pairs = by_hand.first_losses.iter().zip(&other.first_losses);
            let gap = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            (other.implementation.clone(), gap)
        });
        self.record.largest_loss_gap = gaps.collect();
    }

    fn save_weights(&self) -> Result<(), Failure> {
        for (model, trained) in self.models.iter().zip(&self.record.implementations) {
            let bytes = model.parameters().to_safetensors()?;
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
