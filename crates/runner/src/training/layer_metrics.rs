//! What is measured on the outputs of layers: dead units, mean activations.

use backprop::Probe;
use contract::{NamedTensors, TensorError};
use ndarray::ArrayView2;
use spec::measures::{LayerMetric, Measure, Part};

use crate::batches::BatchBuffer;
use crate::prepare::PreparedNetwork;
use crate::record::Values;

/// Samples that go through the layers at a time.
const AT_A_TIME: usize = 200;

/// Measures the layers of networks on the test samples.
///
/// What learned the weights does not matter: their outputs are computed by the hand-written layers,
/// one by one, for that is what all implementations agree on.
pub struct LayerMetrics<'a> {
    prepared: &'a PreparedNetwork,
    probe: Probe<f32>,
    batch: BatchBuffer<f32>,
    layers: Vec<Layer>,
}

/// A layer that is measured.
struct Layer {
    index: usize,
    name: String,
    /// Whether each unit was 0 for all samples so far.
    dead: Vec<bool>,
    /// Sum of all outputs so far.
    sum: f64,
}

impl<'a> LayerMetrics<'a> {
    /// None where the config asks for none.
    pub fn new(prepared: &'a PreparedNetwork) -> Option<Self> {
        if prepared.network.training.layer_metrics.is_empty() {
            return None;
        }
        let layers = prepared.plan.iter().enumerate();
        let layers = layers.filter(|(_, layer)| layer.spec.layer().activates());
        let layer = |(index, layer): (usize, &spec::model::PlannedLayer)| Layer {
            index,
            name: layer.name.clone(),
            dead: vec![true; layer.outputs()],
            sum: 0.0,
        };
        Some(Self {
            prepared,
            probe: Probe::new(&prepared.plan),
            batch: BatchBuffer::new(AT_A_TIME, prepared.inputs(), prepared.outputs()),
            layers: layers.map(layer).collect(),
        })
    }

    /// The measures of a network with these parameters.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn measures(&mut self, parameters: &NamedTensors<f32>) -> Result<Values, TensorError> {
        self.probe.load(parameters)?;
        for layer in &mut self.layers {
            layer.dead.fill(true);
            layer.sum = 0.0;
        }
        let dataset = &self.prepared.dataset;
        let rows: Vec<usize> = (0..dataset.test.len()).collect();
        for rows in rows.chunks(AT_A_TIME) {
            let batch = self.batch.fill(&dataset.test, &dataset.target, rows);
            self.probe.forward(batch.x);
            for layer in &mut self.layers {
                layer.add(self.probe.output(layer.index));
            }
        }
        let metrics = &self.prepared.network.training.layer_metrics;
        let values = self.layers.iter().flat_map(|layer| {
            let value = |&metric: &LayerMetric| {
                let measure = Measure::of_layer(Part::Test, metric, &layer.name);
                (measure.key, layer.value(metric, rows.len()))
            };
            metrics.iter().map(value)
        });
        Ok(values.collect())
    }
}

impl Layer {
    /// Adds the outputs `[N, D_out]` of the next samples.
    fn add(&mut self, outputs: ArrayView2<f32>) {
        for output in outputs.rows() {
            for (dead, &value) in self.dead.iter_mut().zip(output) {
                *dead &= value == 0.0;
                self.sum += f64::from(value);
            }
        }
    }

    fn value(&self, metric: LayerMetric, samples: usize) -> f64 {
        let units = self.dead.len();
        match metric {
            LayerMetric::DeadUnits => {
                let dead = self.dead.iter().filter(|&&dead| dead).count();
                dead as f64 / units as f64
            }
            LayerMetric::MeanActivation => self.sum / (units * samples) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_unit_is_dead_that_is_zero_for_every_sample() {
        let mut layer = Layer {
            index: 0,
            name: "1".into(),
            dead: vec![true; 4],
            sum: 0.0,
        };
        layer.add(array![[0.0, 0.0, 1.0, 0.0], [0.0, 2.0, 1.0, -0.0]].view());
        layer.add(array![[0.0, 0.0, 1.0, 0.0]].view());
        assert_eq!(layer.value(LayerMetric::DeadUnits, 3), 0.5);
        assert_eq!(layer.value(LayerMetric::MeanActivation, 3), 5.0 / 12.0);
    }
}
