//! Loss and metrics of samples that are only looked at.

use std::collections::BTreeMap;

use contract::{Implementation, Mode};
use datasets::Samples;
use spec::training::Metric;

use super::Stop;
use super::divergence::as_f32_holds;
use crate::batches::Batch;
use crate::interrupt;
use crate::metrics::Measurement;
use crate::prepare::Prepared;

/// Samples evaluated at a time.
const AT_A_TIME: usize = 1000;

/// Evaluates models, with a batch that is kept.
pub struct Evaluator<'a> {
    prepared: &'a Prepared,
    metrics: Vec<Metric>,
    batch: Batch<f32>,
    test_rows: Vec<usize>,
}

/// What is known of some samples.
pub struct Measured {
    /// Mean loss, without penalties.
    pub loss: f64,
    /// Metrics by name; one that is no number (R² of a single sample, say) is left out.
    pub metrics: BTreeMap<String, f64>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator of the config's data.
    pub fn new(prepared: &'a Prepared) -> Self {
        let experiment = &prepared.config.experiment;
        let dataset = &prepared.dataset;
        let rows = AT_A_TIME.min(dataset.train.len().max(dataset.test.len()));
        Self {
            prepared,
            metrics: experiment.metrics(&prepared.shape),
            batch: Batch::new(rows, prepared.inputs(), prepared.outputs()),
            test_rows: (0..prepared.dataset.test.len()).collect(),
        }
    }

    /// The test samples.
    pub fn test(&mut self, model: &mut dyn Implementation<f32>) -> Result<Measured, Stop> {
        let rows = std::mem::take(&mut self.test_rows);
        let measured = self.measure(model, &self.prepared.dataset.test, &rows);
        self.test_rows = rows;
        measured
    }

    /// The training samples held back; none if there are none.
    pub fn validation(
        &mut self,
        model: &mut dyn Implementation<f32>,
    ) -> Result<Option<Measured>, Stop> {
        let rows = &self.prepared.validation_rows;
        if rows.is_empty() {
            return Ok(None);
        }
        let train = &self.prepared.dataset.train;
        self.measure(model, train, rows).map(Some)
    }

    /// The mean loss of the samples to train on, as they are: without dropout, augmentation and
    /// smoothing.
    pub fn training_loss(&mut self, model: &mut dyn Implementation<f32>) -> Result<f64, Stop> {
        let prepared = self.prepared;
        self.run(model, &prepared.dataset.train, &prepared.train_rows, None)
    }

    fn measure(
        &mut self,
        model: &mut dyn Implementation<f32>,
        samples: &Samples,
        rows: &[usize],
    ) -> Result<Measured, Stop> {
        let loss = self.prepared.config.experiment.training.loss;
        let target = &self.prepared.dataset.target;
        let mut measurement = Measurement::new(samples, rows, target, loss);
        let loss = self.run(model, samples, rows, Some(&mut measurement))?;
        let values = self
            .metrics
            .iter()
            .map(|metric| (metric.name().to_string(), measurement.value(*metric)));
        Ok(Measured {
            loss,
            metrics: values.filter(|(_, value)| value.is_finite()).collect(),
        })
    }

    fn run(
        &mut self,
        model: &mut dyn Implementation<f32>,
        samples: &Samples,
        rows: &[usize],
        mut measurement: Option<&mut Measurement>,
    ) -> Result<f64, Stop> {
        let mut sum = 0.0;
        for chunk in rows.chunks(AT_A_TIME) {
            if interrupt::requested() {
                return Err(Stop::Interrupted);
            }
            let target = &self.prepared.dataset.target;
            let (x, t) = self.batch.fill(samples, target, chunk);
            let evaluation = model.evaluate(Mode::Evaluation, x, t);
            sum += as_f32_holds(evaluation.loss) * chunk.len() as f64;
            if let Some(measurement) = &mut measurement {
                measurement.add(evaluation.output.view());
            }
        }
        Ok(sum / rows.len() as f64)
    }
}
