//! Loss and metrics of samples that are only looked at.

use contract::{Batch, Implementation, Mode};
use datasets::{FixedChange, Samples};
use spec::measures::{Measure, Metric, Part};
use spec::model::PlannedLayer;

use super::Stop;
use super::divergence::as_f32_holds;
use super::layer_metrics::LayerMetrics;
use crate::batches::BatchBuffer;
use crate::interrupt;
use crate::metrics::Measurement;
use crate::prepare::PreparedNetwork;
use crate::record::Values;

/// Samples evaluated at a time; of sequences whose positions look at each other, positions.
const AT_A_TIME: usize = 1000;

/// Samples of a network evaluated at a time.
fn at_a_time(prepared: &PreparedNetwork) -> usize {
    let attends = |layer: &PlannedLayer| layer.spec.any(&|layer| layer.attends());
    match prepared.plan.iter().any(attends) {
        true => AT_A_TIME.div_ceil(prepared.plan[0].input[0]),
        false => AT_A_TIME,
    }
}

/// Evaluates models, with a batch that is kept.
pub struct Evaluator<'a> {
    prepared: &'a PreparedNetwork,
    metrics: Vec<Metric>,
    batch: BatchBuffer<f32>,
    test_rows: Vec<usize>,
    layers: Option<LayerMetrics<'a>>,
}

/// Samples to be measured on.
struct Measured<'a> {
    part: Part,
    samples: &'a Samples,
    rows: &'a [usize],
    /// How they are changed before; none: not at all.
    change: Option<&'a FixedChange>,
}

impl<'a> Measured<'a> {
    /// The samples to train on.
    fn training(prepared: &'a PreparedNetwork) -> Self {
        Self {
            part: Part::Train,
            samples: &prepared.dataset.train,
            rows: &prepared.train_rows,
            change: None,
        }
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluator of the config's data.
    pub fn new(prepared: &'a PreparedNetwork) -> Self {
        let dataset = &prepared.dataset;
        let rows = at_a_time(prepared).min(dataset.train.len().max(dataset.test.len()));
        Self {
            prepared,
            metrics: prepared.network.metrics(&prepared.shape),
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
            let held_back = Measured {
                part: Part::Validation,
                samples: train,
                rows: held_back,
                change: None,
            };
            self.measure(model, held_back, &mut values)?;
        }
        let rows = std::mem::take(&mut self.test_rows);
        let changes = prepared.changes.iter().map(Some);
        let mut all = [None].into_iter().chain(changes);
        let measured = all.try_for_each(|change| {
            let of_test = Measured {
                part: Part::Test,
                samples: &prepared.dataset.test,
                rows: &rows,
                change,
            };
            self.measure(model, of_test, &mut values)
        });
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
        self.run(model, &Measured::training(self.prepared), None)
    }

    /// The share of the samples to train on whose class is found.
    pub fn training_accuracy(&mut self, model: &mut dyn Implementation<f32>) -> Result<f64, Stop> {
        let of = Measured::training(self.prepared);
        let loss = self.prepared.network.training.loss;
        let target = &self.prepared.dataset.target;
        let mut measurement = Measurement::new(of.samples, of.rows, target, loss);
        self.run(model, &of, Some(&mut measurement))?;
        Ok(measurement.value(Metric::Accuracy))
    }

    fn measure(
        &mut self,
        model: &mut dyn Implementation<f32>,
        of: Measured,
        values: &mut Values,
    ) -> Result<(), Stop> {
        let loss = self.prepared.network.training.loss;
        let target = &self.prepared.dataset.target;
        let training = &self.prepared.network.training;
        let measurement = Measurement::new(of.samples, of.rows, target, loss);
        let measurement = measurement.counting_wrong(training.right);
        let mut measurement = measurement.by_phase(training.phases);
        if training.each_output {
            measurement = measurement.by_output();
        }
        let loss = self.run(model, &of, Some(&mut measurement))?;
        if of.change.is_none() {
            values.insert(Measure::loss(of.part).key, loss);
        }
        let metrics = self.metrics.iter().map(|&metric| {
            let measure = match of.change {
                None => Measure::metric(of.part, metric),
                Some(change) => Measure::changed(metric, change.transform()),
            };
            (measure.key, measurement.value(metric))
        });
        values.extend(metrics.filter(|(_, value)| value.is_finite()));
        if of.part == Part::Test && of.change.is_none() {
            let outputs = if training.each_output {
                self.prepared.shape.targets
            } else {
                0
            };
            for &metric in &self.metrics {
                let of_phase = |phase| {
                    let key = Measure::of_phase(metric, phase).key;
                    (key, measurement.value_of_phase(metric, phase))
                };
                let of_output = |output| {
                    let key = Measure::of_output(metric, output).key;
                    (key, measurement.value_of_output(metric, output))
                };
                let apart = (0..training.phases).map(of_phase);
                let apart = apart.chain((0..outputs).map(of_output));
                values.extend(apart.filter(|(_, value)| value.is_finite()));
            }
        }
        Ok(())
    }

    fn run(
        &mut self,
        model: &mut dyn Implementation<f32>,
        of: &Measured,
        mut measurement: Option<&mut Measurement>,
    ) -> Result<f64, Stop> {
        let (mut sum, mut losses) = (0.0, 0);
        for (index, chunk) in of.rows.chunks(at_a_time(self.prepared)).enumerate() {
            if interrupt::requested() {
                return Err(Stop::Interrupted);
            }
            let target = &self.prepared.dataset.target;
            let batch = match of.change {
                None => self.batch.fill(of.samples, target, chunk),
                Some(change) => self.batch.fill_changed(of.samples, target, chunk, change),
            };
            let of_chunk = batch.losses();
            let batch = Batch {
                continues: index > 0,
                ..batch
            };
            let evaluation = model.evaluate(Mode::Evaluation, batch);
            sum += as_f32_holds(evaluation.loss) * of_chunk as f64;
            losses += of_chunk;
            if let Some(measurement) = &mut measurement {
                measurement.add(evaluation.output.view());
            }
        }
        Ok(sum / losses as f64)
    }
}
