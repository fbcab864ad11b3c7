//! Loss and metrics of samples that are only looked at.

use contract::{Implementation, Mode};
use datasets::Samples;
use spec::measures::{Measure, Metric, Part};

use super::Stop;
use super::divergence::as_f32_holds;
use super::layer_metrics::LayerMetrics;
use crate::batches::BatchBuffer;
use crate::interrupt;
use crate::metrics::Measurement;
use crate::prepare::Prepared;
use crate::record::Values;

/// Samples evaluated at a time.
const AT_A_TIME: usize = 1000;

/// Evaluates models, with a batch that is kept.
pub struct Evaluator<'a> {
    prepared: &'a Prepared,
    metrics: Vec<Metric>,
    batch: BatchBuffer<f32>,
    test_rows: Vec<usize>,
    layers: Option<LayerMetrics<'a>>,
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
            batch: BatchBuffer::new(rows, prepared.inputs(), prepared.outputs()),
            test_rows: (0..prepared.dataset.test.len()).collect(),
            layers: LayerMetrics::new(prepared),
        }
    }

    /// Loss and metrics of the samples held back, if there are any, and of the test samples; and
    /// what is measured of the layers.
    pub fn measures(&mut self, model: &mut dyn Implementation<f32>) -> Result<Values, Stop> {
        let (prepared, mut values) = (self.prepared, Values::new());
        let held_back = &prepared.validation_rows;
        if !held_back.is_empty() {
            let train = &prepared.dataset.train;
            self.measure(model, (Part::Validation, train, held_back), &mut values)?;
        }
        let rows = std::mem::take(&mut self.test_rows);
        let of_test = (Part::Test, &prepared.dataset.test, rows.as_slice());
        let measured = self.measure(model, of_test, &mut values);
        self.test_rows = rows;
        measured?;
        if let Some(layers) = &mut self.layers {
            values.extend(layers.measures(&model.parameters())?);
        }
        Ok(values)
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
        (part, samples, rows): (Part, &Samples, &[usize]),
        values: &mut Values,
    ) -> Result<(), Stop> {
        let loss = self.prepared.config.experiment.training.loss;
        let target = &self.prepared.dataset.target;
        let mut measurement = Measurement::new(samples, rows, target, loss);
        let loss = self.run(model, samples, rows, Some(&mut measurement))?;
        values.insert(Measure::loss(part).key, loss);
        let metrics = self.metrics.iter();
        let metrics = metrics.map(|&of| (Measure::metric(part, of).key, measurement.value(of)));
        values.extend(metrics.filter(|(_, value)| value.is_finite()));
        Ok(())
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
            let batch = self.batch.fill(samples, target, chunk);
            let evaluation = model.evaluate(Mode::Evaluation, batch);
            sum += as_f32_holds(evaluation.loss) * chunk.len() as f64;
            if let Some(measurement) = &mut measurement {
                measurement.add(evaluation.output.view());
            }
        }
        Ok(sum / rows.len() as f64)
    }
}
