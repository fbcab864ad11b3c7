//! What is proved: a small network for every layer, loss and learning rule.

mod layers;
mod losses;
mod pairs;
mod rules;
mod sequences;
mod transformers;

use contract::{Batch, NamedTensors, Real, Streams, initial};
use ndarray::Array2;
use rand::RngExt;
use spec::model::{Initializer, LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::optimizers::SgdSpec;
use spec::training::{BatchSize, LossSpec, OptimizerSpec, TrainingSpec};

use crate::Failure;

/// Samples of a batch.
pub const BATCH: usize = 16;
/// Samples that the trajectory cycles through.
const SAMPLES: usize = 4 * BATCH;

/// One row: a network in which the layer, loss or rule of that name decides.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its name in the table: the name in a config in backquotes, then what is special.
    pub name: String,
    /// From input to output.
    pub layers: Vec<LayerSpec>,
    /// Shape of one sample.
    pub sample: Vec<usize>,
    /// Inputs are integers below this; none: numbers in \[−1, 1).
    pub tokens: Option<usize>,
    /// Loss and rule.
    pub training: TrainingSpec,
}

/// A part of the table.
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// Its rows.
    pub examples: Vec<Example>,
}

/// Everything that is proved.
pub fn sections() -> Vec<Section> {
    let section = |title, examples| Section { title, examples };
    vec![
        section("layer", layers::examples()),
        section("loss", losses::examples()),
        section("learning rule", rules::optimizers()),
        section("penalty or bound", rules::bounds()),
    ]
}

impl Example {
    /// A network under the squared error that learns by plain gradient descent.
    fn new(name: impl Into<String>, sample: &[usize], layers: Vec<LayerSpec>) -> Self {
        let rule = OptimizerSpec::Sgd(SgdSpec {
            learning_rate: 0.05,
        });
        let training = TrainingSpec {
            batch_size: BatchSize::Samples(BATCH),
            ..TrainingSpec::new(LossSpec::SquaredError, rule)
        };
        Self {
            name: name.into(),
            layers,
            sample: sample.to_vec(),
            tokens: None,
            training,
        }
    }

    /// The network with its parameters, and samples.
    ///
    /// # Errors
    /// When the layers do not fit.
    pub fn instantiate(&self) -> Result<Instance, Failure> {
        let model = ModelSpec {
            biases: Initializer::Normal {
                mean: 0.0,
                std: 0.3,
            },
            ..ModelSpec::new(self.layers.clone())
        };
        let plan = model.plan(&self.sample);
        let plan = plan.map_err(|problem| {
            let (name, reason) = (&self.name, problem.reason);
            Failure::Input(format!("the proof of {name} cannot be planned: {reason}"))
        })?;
        let streams = Streams::new(1);
        Ok(Instance {
            parameters: initial::draw_parameters(&plan, &streams),
            x: self.inputs(streams),
            t: self.targets(plan.last().map_or(0, PlannedLayer::outputs), streams),
            lengths: self.lengths(streams),
            positions: match plan.last().map(|layer| &layer.output[..]) {
                Some([positions, _]) => *positions,
                _ => 1,
            },
            plan,
            streams,
        })
    }

    /// `[SAMPLES, D_in]`.
    fn inputs(&self, streams: Streams) -> Array2<f64> {
        let mut rng = streams.stream("proofs/x");
        let shape = (SAMPLES, self.sample.iter().product());
        Array2::from_shape_simple_fn(shape, || match self.tokens {
            Some(tokens) => rng.random_range(0..tokens) as f64,
            None => rng.random_range(-1.0..1.0),
        })
    }

    /// True lengths of sequences `[SAMPLES]`, 1 to T; none where the samples are no sequences.
    fn lengths(&self, streams: Streams) -> Option<Vec<usize>> {
        let [longest, _] = self.sample[..] else {
            return None;
        };
        let mut rng = streams.stream("proofs/lengths");
        Some(
            (0..SAMPLES)
                .map(|_| rng.random_range(1..=longest))
                .collect(),
        )
    }

    /// `[SAMPLES, K]`: numbers, probabilities, or one class a sample, as the loss wants them.
    fn targets(&self, outputs: usize, streams: Streams) -> Array2<f64> {
        let mut rng = streams.stream("proofs/t");
        let loss = self.training.loss;
        let mut t = Array2::zeros((SAMPLES, outputs));
        for mut t in t.rows_mut() {
            match loss {
                LossSpec::KlDivergence => {
                    t.mapv_inplace(|_| rng.random_range(0.1..1.0));
                    let sum = t.sum();
                    t /= sum;
                }
                LossSpec::BinaryCrossEntropy => {
                    t.mapv_inplace(|_| f64::from(u8::from(rng.random::<bool>())));
                }
                _ if loss.for_real_targets() => t.mapv_inplace(|_| rng.random_range(-1.0..1.0)),
                _ => t[rng.random_range(0..outputs)] = 1.0,
            }
        }
        t
    }
}

/// An example that can be proved.
pub struct Instance {
    /// Layers with their sizes.
    pub plan: Vec<PlannedLayer>,
    /// Initial parameters.
    pub parameters: NamedTensors<f64>,
    /// Inputs, `[SAMPLES, D_in]`.
    pub x: Array2<f64>,
    /// Targets, `[SAMPLES, K]`.
    pub t: Array2<f64>,
    /// True lengths of sequences; none: the samples are no sequences.
    pub lengths: Option<Vec<usize>>,
    /// Targets of a sample.
    pub positions: usize,
    /// Where everything is drawn from.
    pub streams: Streams,
}

impl Instance {
    /// All samples, with inputs and targets in some precision.
    pub fn batch<'a, T: Real>(&'a self, x: &'a Array2<T>, t: &'a Array2<T>) -> Batch<'a, T> {
        Batch {
            positions: self.positions,
            lengths: self.lengths.as_deref(),
            ..Batch::new(x.view(), t.view())
        }
    }
}

fn linear(units: usize) -> LayerSpec {
    LayerSpec::Linear(LinearSpec::new(units))
}

/// A layer between two linear ones that act on each position, on sequences of up to 4 positions of
/// 5 numbers, with targets at each.
fn sequence(name: &str, layer: LayerSpec) -> Example {
    Example::new(name, &[4, 5], vec![linear(6), layer, linear(3)])
}

/// 5-6-4 with tanh: what losses and rules are proved on.
fn perceptron() -> Vec<LayerSpec> {
    vec![linear(6), LayerSpec::Tanh, linear(4)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;

    /// The names of an enum's variants, from what serde says of a wrong one.
    fn names<T: DeserializeOwned>() -> Vec<String> {
        let Err(error) = serde_json::from_str::<T>("\"?\"") else {
            panic!("`?` names nothing");
        };
        let message = error.to_string();
        let names = message.split('`').skip(3).step_by(2);
        names.map(String::from).collect()
    }

    fn missing<T: DeserializeOwned>(title: &str) -> Vec<String> {
        let sections = sections();
        let section = sections.iter().find(|s| s.title == title).unwrap();
        let mut names = names::<T>();
        assert!(names.len() > 5, "{names:?}");
        names.retain(|name| {
            let quoted = format!("`{name}`");
            !section
                .examples
                .iter()
                .any(|example| example.name.starts_with(&quoted))
        });
        names
    }

    #[test]
    fn every_layer_loss_and_rule_has_a_row() {
        assert_eq!(missing::<LayerSpec>("layer"), [""; 0]);
        assert_eq!(missing::<LossSpec>("loss"), [""; 0]);
        assert_eq!(missing::<OptimizerSpec>("learning rule"), [""; 0]);
    }

    #[test]
    fn every_row_has_a_name_of_its_own_and_can_be_planned() {
        let mut seen = Vec::new();
        for example in sections().into_iter().flat_map(|section| section.examples) {
            example.instantiate().unwrap();
            assert!(!seen.contains(&example.name), "{}", example.name);
            seen.push(example.name);
        }
    }
}
