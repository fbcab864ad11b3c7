//! What a run has learned, asked for the next character.

use std::path::Path;

use backprop::Probe;
use contract::NamedTensors;
use learners::Learner;
use ndarray::Array2;
use spec::training::LossSpec;

use crate::Failure;
use crate::prepare::{Prepared, PreparedLearner, PreparedNetwork};

/// What has learned a text.
pub enum Model<'a> {
    /// A network.
    Network(&'a PreparedNetwork, Box<Probe<f64>>),
    /// A learner.
    Learner(Box<dyn Learner>),
}

impl<'a> Model<'a> {
    /// That of a run, which is recorded in this folder.
    ///
    /// # Errors
    /// When its outputs do not say how likely each character is, or the weights are others.
    pub fn new(
        prepared: &'a Prepared,
        weights: &NamedTensors<f64>,
        folder: &Path,
    ) -> Result<Self, Failure> {
        match prepared {
            Prepared::Network(prepared) => {
                let probe = probe(prepared, weights, folder)?;
                Ok(Self::Network(prepared, Box::new(probe)))
            }
            Prepared::Learner(prepared) => Ok(Self::Learner(learner(prepared, weights)?)),
        }
    }

    /// How likely each class is behind these, as logits.
    pub fn next(&mut self, classes: &[usize]) -> Vec<f64> {
        match self {
            Self::Network(prepared, probe) => {
                let steps = prepared.dataset.train.positions();
                let seen = &classes[classes.len().saturating_sub(steps)..];
                let width = prepared.inputs() / steps;
                let mut x = Array2::zeros((1, prepared.inputs()));
                for (step, &class) in seen.iter().enumerate() {
                    match width {
                        1 => x[[0, step]] = class as f64,
                        _ => x[[0, step * width + class]] = 1.0,
                    }
                }
                probe.set_lengths(Some(&[seen.len()]));
                probe.forward(x.view());
                let y = probe.output(prepared.plan.len() - 1);
                let (at, outputs) = (seen.len() - 1, prepared.outputs() / steps);
                let own = ndarray::s![0, at * outputs..(at + 1) * outputs];
                y.slice(own).to_vec()
            }
            Self::Learner(learner) => {
                let x = classes.iter().map(|&class| class as f64).collect();
                let x = Array2::from_shape_vec((1, classes.len()), x);
                let y = learner.predict(x.expect("a number for each class").view());
                let outputs = y.len() / classes.len();
                y.iter().skip(y.len() - outputs).copied().collect()
            }
        }
    }
}

/// A network whose outputs are logits of the next character or symbol.
///
/// # Errors
/// When they are something else, or the weights are others.
pub fn probe(
    prepared: &PreparedNetwork,
    weights: &NamedTensors<f64>,
    folder: &Path,
) -> Result<Probe<f64>, Failure> {
    let wrong = |why: String| Failure::Input(format!("{}: {why}", folder.display()));
    let loss = prepared.network.training.loss;
    if loss != LossSpec::SoftmaxCrossEntropy {
        return Err(wrong(format!(
            "this run learned by {}, so its outputs are no probabilities of the next character; train \
             with loss = \"softmax_cross_entropy\"",
            loss.kind()
        )));
    }
    let mut probe = Probe::new(&prepared.plan);
    probe
        .load(weights)
        .map_err(|error| wrong(error.to_string()))?;
    Ok(probe)
}

/// A learner after its last pass.
fn learner(
    prepared: &PreparedLearner,
    weights: &NamedTensors<f64>,
) -> Result<Box<dyn Learner>, Failure> {
    let learner = learners::build(&prepared.learner, &prepared.train);
    let mut learner = learner.map_err(|problem| prepared.config.locate(problem))?;
    let restored = learner.restore(weights);
    restored.map_err(|error| Failure::Input(error.to_string()))?;
    Ok(learner)
}
