//! Histograms of weights, outputs and gradients, layer by layer, while a network learns: gradients
//! that vanish or explode, units that are dead or saturated.
//!
//! They are taken of the hand-written network before training, after epochs 1, 2, 4, 8 ... and
//! after the last one, on training samples evenly apart, always the same ones: outputs as after
//! training, without dropout; gradients as in an update, with the masks of step 0.
//! `histograms.json` in the folder of the record has them.
//!
//! A value counts in the bin of its power of two, which is read off its bits: the counts are the
//! same on every machine. Training does not notice: what is computed here has a network of its own,
//! there for a moment only. So many samples are taken that all passes together cost less than two
//! percent of the training, at most 256; where that leaves too few, nothing is recorded
//! (`samples`).

use std::collections::BTreeMap;

use backprop::Probe;
use contract::NamedTensors;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use spec::ImplementationName;
use spec::model::{LayerSpec, PlannedLayer};

use crate::Failure;
use crate::batches::BatchBuffer;
use crate::implementations::build;
use crate::prepare::PreparedNetwork;

/// The file of the record.
pub const FILE: &str = "histograms.json";

/// Samples at most, and at least where there are more.
const MOST: usize = 256;
const LEAST: usize = 16;
/// Of all samples that are learned from, each as often as there are epochs, the share that may be
/// looked at: a look costs less than twice what learning costs.
const SHARE: f64 = 0.01;
/// What counting the weights costs, in samples.
const COUNTING: usize = 8;
/// Larger networks would need too much memory for a second one.
const MOST_PARAMETERS: usize = 20_000_000;
/// Outputs of all layers for all samples that are looked at: more would need too much memory, too.
const MOST_OUTPUTS: usize = 8_000_000;
/// The least and the largest power of two that has a bin of its own.
const POWERS: (i32, i32) = (-40, 12);

/// A layer is saturated where its slope is less than this share of its largest.
const FLAT: f32 = 0.1;

/// What is recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histograms {
    /// How many samples were looked at.
    pub samples: usize,
    /// In the order of the epochs.
    pub moments: Vec<Moment>,
}

/// After an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// 0: before training.
    pub epoch: usize,
    /// The layers that have weights or an activation, in their order.
    pub layers: Vec<LayerHistograms>,
}

/// Of one layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerHistograms {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Of all its weights but the biases; none: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Histogram>,
    /// Of the gradients of the loss by these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradients: Option<Histogram>,
    /// Of its outputs, where it activates; of the last layer in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Histogram>,
    /// Share of its units that are 0 for all samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<f64>,
    /// Share of its outputs where a sigmoid or tanh is almost flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturated: Option<f64>,
}

/// How many values have which power of two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Exactly 0.
    pub zeros: u64,
    /// Infinite or NaN.
    pub not_finite: u64,
    /// By the power: 2^k ≤ |v| < 2^(k+1); those beyond the ends are in the last ones.
    pub positive: BTreeMap<i32, u64>,
    /// The same of negative values.
    pub negative: BTreeMap<i32, u64>,
}

impl Histogram {
    /// Of these values.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a f32>) -> Self {
        let bins = (POWERS.1 - POWERS.0 + 1) as usize;
        let mut counts = [vec![0u64; bins], vec![0u64; bins]];
        let mut histogram = Self::default();
        for value in values {
            let bits = value.to_bits();
            let exponent = (bits >> 23 & 0xff) as i32;
            match exponent {
                0 if bits << 1 == 0 => histogram.zeros += 1,
                0xff => histogram.not_finite += 1,
                _ => {
                    let power = (exponent - 127).clamp(POWERS.0, POWERS.1);
                    counts[(bits >> 31) as usize][(power - POWERS.0) as usize] += 1;
                }
            }
        }
        let [positive, negative] = counts.map(|counts| {
            let filled = counts
                .into_iter()
                .enumerate()
                .filter(|(_, count)| *count > 0);
            filled
                .map(|(bin, count)| (POWERS.0 + bin as i32, count))
                .collect()
        });
        Self {
            positive,
            negative,
            ..histogram
        }
    }

    /// All values.
    pub fn count(&self) -> u64 {
        let signed = self.positive.values().chain(self.negative.values());
        self.zeros + self.not_finite + signed.sum::<u64>()
    }
}

/// How many samples are looked at: of all, if they are few, or so many that it does not matter.
/// None: nothing is recorded.
fn samples(all: usize, epochs: usize) -> Option<usize> {
    let looks = 3 + epochs.checked_ilog2()? as usize;
    let affordable = (SHARE * (all * epochs) as f64 / looks as f64) as usize;
    let samples = affordable.saturating_sub(COUNTING).min(MOST).min(all);
    (samples >= LEAST.min(all)).then_some(samples)
}

/// Outputs of all layers for one sample, those inside other layers too.
fn outputs(plan: &[PlannedLayer]) -> usize {
    let inside = |layer: &PlannedLayer| {
        layer
            .chains
            .iter()
            .map(|chain| outputs(chain))
            .sum::<usize>()
    };
    plan.iter()
        .map(|layer| layer.outputs() + inside(layer))
        .sum()
}

/// Takes them.
pub struct Recorder<'a> {
    prepared: &'a PreparedNetwork,
    samples: usize,
    epochs: usize,
}

impl<'a> Recorder<'a> {
    /// None where nothing is recorded: too little is learned from, the network is too large, or it
    /// goes on from sample to sample.
    pub fn new(prepared: &'a PreparedNetwork) -> Option<Self> {
        let epochs = prepared.network.training.epochs;
        let parameters: usize = prepared
            .plan
            .iter()
            .map(PlannedLayer::parameter_count)
            .sum();
        let carries = |layer: &LayerSpec| layer.any(&|layer| layer.carries_state());
        let carries = prepared.network.model.layers.iter().any(carries);
        let all = prepared.train_rows.len();
        let room = MOST_OUTPUTS / outputs(&prepared.plan).max(1);
        let samples = samples(all, epochs)?.min(room);
        let possible = samples >= LEAST.min(all) && !carries && parameters <= MOST_PARAMETERS;
        possible.then_some(Self {
            prepared,
            samples,
            epochs,
        })
    }

    /// Adds what is there after an epoch, if it is one of those.
    ///
    /// # Errors
    /// When the network does not take its own parameters.
    pub fn look(
        &self,
        epoch: usize,
        parameters: impl FnOnce() -> NamedTensors<f32>,
        to: &mut Histograms,
    ) -> Result<(), Failure> {
        if epoch == 0 || epoch.is_power_of_two() || epoch == self.epochs {
            to.samples = self.samples;
            to.moments.push(self.moment(epoch, &parameters())?);
        }
        Ok(())
    }

    fn moment(&self, epoch: usize, parameters: &NamedTensors<f32>) -> Result<Moment, Failure> {
        let prepared = self.prepared;
        let training = &prepared.network.training;
        let all = prepared.train_rows.len();
        let evenly_apart = (0..self.samples).map(|sample| sample * all / self.samples);
        let rows: Vec<usize> = evenly_apart.map(|at| prepared.train_rows[at]).collect();
        let buffer = BatchBuffer::new(self.samples, prepared.inputs(), prepared.outputs());
        let mut buffer = buffer.smoothed(training.label_smoothing);
        let batch = buffer.fill_training(prepared, &rows);
        let plan = &prepared.plan;
        let mut probe = Probe::<f32>::new(plan);
        probe.load(parameters)?;
        probe.set_lengths(batch.lengths);
        probe.forward(batch.x);
        let by_hand = ImplementationName::Backprop;
        let mut model = build::<f32>(by_hand, plan, training, prepared.streams())?;
        model.load(parameters)?;
        let gradients = model.loss_backward(batch).gradients;
        let layers = plan.iter().enumerate().map(|(index, layer)| {
            let shows = layer.spec.layer().activates() || index + 1 == plan.len();
            let outputs = shows.then(|| probe.output(index));
            histograms(layer, (parameters, &gradients), outputs)
        });
        let filled = layers.filter(|of| of.weights.is_some() || of.outputs.is_some());
        Ok(Moment {
            epoch,
            layers: filled.collect(),
        })
    }
}

/// Those of a layer with these parameters, gradients and outputs `[N, D_out]`.
fn histograms(
    layer: &PlannedLayer,
    (parameters, gradients): (&NamedTensors<f32>, &NamedTensors<f32>),
    outputs: Option<ArrayView2<f32>>,
) -> LayerHistograms {
    let of_weights = |tensors: &NamedTensors<f32>| {
        let weights = layer.parameters.iter().filter(|of| of.shape.len() > 1);
        let weights = weights.filter_map(|of| tensors.get(&of.name));
        let values = Histogram::of(weights.flatten());
        (values.count() > 0).then_some(values)
    };
    let kind = layer.spec.kind();
    let activates = layer.spec.layer().activates();
    LayerHistograms {
        name: layer.name.clone(),
        kind: kind.into(),
        weights: of_weights(parameters),
        gradients: of_weights(gradients),
        dead: outputs.filter(|_| activates).map(dead),
        saturated: outputs.and_then(|outputs| saturated(kind, outputs)),
        outputs: outputs.map(Histogram::of),
    }
}

/// The share of units that are 0 for all samples.
fn dead(outputs: ArrayView2<f32>) -> f64 {
    let mut units = vec![true; outputs.ncols()];
    for sample in outputs.rows() {
        for (dead, y) in units.iter_mut().zip(sample) {
            *dead &= *y == 0.0;
        }
    }
    units.iter().filter(|dead| **dead).count() as f64 / units.len().max(1) as f64
}

/// The share of outputs where the slope, told by the output, is almost 0.
fn saturated(kind: &str, outputs: ArrayView2<f32>) -> Option<f64> {
    let slope: fn(f32) -> f32 = match kind {
        "sigmoid" => |y| 4.0 * y * (1.0 - y),
        "tanh" => |y| 1.0 - y * y,
        _ => return None,
    };
    let flat = outputs.iter().filter(|y| slope(**y) < FLAT).count();
    Some(flat as f64 / outputs.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn values_count_by_their_sign_and_power_of_two() {
        let values = [
            0.0,
            -0.0,
            1.0,
            1.5,
            2.0,
            -0.25,
            1e-30,
            1e30,
            f32::NAN,
            f32::INFINITY,
        ];
        let histogram = Histogram::of(&values);
        assert_eq!((histogram.zeros, histogram.not_finite), (2, 2));
        let positive = BTreeMap::from([(POWERS.0, 1), (0, 2), (1, 1), (POWERS.1, 1)]);
        assert_eq!(histogram.positive, positive);
        assert_eq!(histogram.negative, BTreeMap::from([(-2, 1)]));
        assert_eq!(histogram.count(), values.len() as u64);
        // The smallest numbers have no power of their own.
        assert_eq!(
            Histogram::of(&[f32::MIN_POSITIVE / 4.0]).positive,
            BTreeMap::from([(POWERS.0, 1)])
        );
    }

    #[test]
    fn as_many_samples_are_looked_at_as_do_not_matter() {
        assert_eq!(samples(60_000, 10), Some(MOST));
        assert_eq!(samples(60_000, 1), Some(192));
        // A look at all of four samples.
        assert_eq!(samples(4, 5000), Some(4));
        assert_eq!(
            samples(112, 10),
            None,
            "each look would cost an eighth of an epoch"
        );
        assert_eq!(samples(60_000, 0), None, "nothing is learned");
        for (all, epochs) in [(60_000, 10), (1347, 30), (4, 5000), (112, 2000)] {
            let looks = 3 + usize::ilog2(epochs) as usize;
            let taken = samples(all, epochs).unwrap() * looks;
            assert!(2 * taken < all * epochs / 50 + looks, "{all}, {epochs}");
        }
    }

    #[test]
    fn dead_and_saturated_units_are_shares() {
        let outputs = array![[0.0, 0.0, 0.5, 1.0], [0.0, 2.0, 0.99, -1.0]];
        assert_eq!(dead(outputs.view()), 0.25);
        let tanh = array![[0.0, 0.99], [-0.96, 0.5]];
        assert_eq!(saturated("tanh", tanh.view()), Some(0.5));
        assert_eq!(saturated("sigmoid", array![[0.5, 0.99]].view()), Some(0.5));
        assert_eq!(saturated("relu", tanh.view()), None);
    }
}
