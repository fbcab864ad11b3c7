//! A learner at work: the rule of the crate `learners`, measured and recorded pass by pass.

use std::io;
use std::time::Instant;

use contract::{NamedTensors, TensorError};
use datasets::{Samples, Target};
use learners::{Data, Learner};
use spec::learners::LearnerSpec;
use spec::measures::{Measure, Part};

use super::Stop;
use super::checkpoint::{decode, encode};
use super::divergence::expect_parameters;
use super::trainee::Trainee;
use crate::metrics::Measurement;
use crate::pictures::fit;
use crate::prepare::PreparedLearner;
use crate::record::{Epoch, Trained, Values};
use crate::{Failure, interrupt};

/// A learner at work.
pub struct Learning<'a> {
    prepared: &'a PreparedLearner,
    learner: Box<dyn Learner>,
}

/// The record of a learner before its first pass.
pub fn trained(learner: &LearnerSpec) -> Trained {
    let name = learner.kind();
    Trained {
        implementation: name.into(),
        weights: format!("{name}.safetensors"),
        ..Trained::default()
    }
}

impl<'a> Learning<'a> {
    /// The learner of a config, before its first pass.
    ///
    /// # Errors
    /// When it cannot learn from the data, with the place in the config.
    pub fn new(prepared: &'a PreparedLearner) -> Result<Self, Failure> {
        let learner = prepared.learner()?;
        Ok(Self { prepared, learner })
    }

    /// The metrics of a part: of these rows of the samples, which are these data.
    fn metrics(
        &self,
        part: Part,
        (samples, rows): (&Samples, &[usize]),
        data: &Data,
        to: &mut Values,
    ) {
        let prepared = self.prepared;
        let metrics = prepared.learner.metrics(&prepared.shape);
        if metrics.is_empty() {
            return;
        }
        let target = &prepared.dataset.target;
        let mut measurement = Measurement::of_learner(samples, rows, target, prepared.coding);
        measurement.add(self.learner.predict(data.x.view()).view());
        let values = metrics.into_iter().map(|metric| {
            let key = Measure::metric(part, metric).key;
            (key, measurement.value(metric))
        });
        to.extend(values);
    }

    /// What it says of the test samples beside what they are, where that is a single number.
    fn fit(&self) -> Option<String> {
        let target = &self.prepared.dataset.target;
        let Target::Real(quantities) = target else {
            return None;
        };
        let [quantity] = &quantities[..] else {
            return None;
        };
        let (samples, x) = (&self.prepared.dataset.test, self.prepared.test.x.view());
        let fitted = self.learner.predict(x);
        let unscaled = |value: &f64| value * quantity.scale + quantity.mean;
        let points = samples.values()?.iter().zip(fitted.iter());
        let points = points.map(|(t, y)| (unscaled(t), unscaled(y)));
        fit::svg(&quantity.name, &points.collect::<Vec<_>>()).ok()
    }
}

impl Trainee for Learning<'_> {
    fn passes(&self) -> usize {
        self.learner.passes()
    }

    fn ticks(&self) -> usize {
        self.prepared.train.len()
    }

    fn is_done(&self) -> bool {
        self.learner.is_done()
    }

    fn pass(&mut self, trained: &mut Trained, tick: &dyn Fn()) -> Result<(), Stop> {
        let (prepared, start) = (self.prepared, Instant::now());
        let epoch = trained.epochs.len() + 1;
        let data = prepared.samples_of_pass(epoch);
        let mut measures = self.learner.pass(&data, &|| {
            tick();
            match interrupt::requested() {
                true => Err(learners::Stop::Interrupted),
                false => Ok(()),
            }
        })?;
        measures.insert(Measure::seconds().key, start.elapsed().as_secs_f64());
        expect_parameters(&self.learner.weights(), &format!("after pass {epoch}"))?;
        measures.extend(self.learner.measure(&data, &prepared.test));
        let (train, test) = (&prepared.dataset.train, &prepared.dataset.test);
        let (learned, held_back) = (&prepared.train_rows[..], &prepared.validation_rows[..]);
        let tested: Vec<usize> = (0..test.len()).collect();
        self.metrics(
            Part::Train,
            (train, learned),
            &prepared.train,
            &mut measures,
        );
        if !held_back.is_empty() {
            let data = &prepared.validation;
            self.metrics(Part::Validation, (train, held_back), data, &mut measures);
        }
        self.metrics(Part::Test, (test, &tested), &prepared.test, &mut measures);
        measures.retain(|_, value| value.is_finite());
        trained.epochs.push(Epoch {
            epoch,
            run: None,
            measures,
        });
        if self.is_done() {
            trained.findings = self.learner.findings(&prepared.train);
            trained.warnings = self.learner.warnings(&prepared.train);
        }
        Ok(())
    }

    fn safetensors(&self) -> Result<Vec<u8>, TensorError> {
        self.learner.weights().to_safetensors()
    }

    fn files(&self) -> Vec<(&'static str, String)> {
        if !self.is_done() {
            return Vec::new();
        }
        let fit = self.fit().map(|svg| ("fit.svg", svg));
        let own = self.learner.pictures(&self.prepared.train);
        own.into_iter().chain(fit).collect()
    }

    fn save(&self, to: &mut Vec<u8>) -> io::Result<bool> {
        encode(&self.learner.state(), to)?;
        Ok(true)
    }

    fn restore(&mut self, mut saved: &[u8]) -> io::Result<()> {
        let state: NamedTensors<f64> = decode(&mut saved)?;
        self.learner.restore(&state).map_err(io::Error::other)
    }
}
