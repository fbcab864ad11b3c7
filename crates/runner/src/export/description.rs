//! What `export.json` says.

use contract::NamedTensors;
use serde::Serialize;
use spec::model::{LayerSpec, PlannedLayer, PlannedParameter};
use spec::training::{LossSpec, RegularizationSpec};

use super::Exported;
use crate::prepare::PreparedNetwork;
use crate::record::Software;

/// The batch, its losses, and the network in all its parts.
#[derive(Serialize)]
pub struct Description {
    name: String,
    seed: u64,
    dtype: &'static str,
    /// Mean loss of the batch, in training mode: with the masks, with the statistics of the batch.
    loss: f64,
    /// λ, the factor of the loss in the objective.
    loss_factor: f64,
    /// What is added to it.
    penalty: f64,
    /// λ loss + penalty: the gradients are of this.
    objective: f64,
    loss_function: LossSpec,
    regularization: RegularizationSpec,
    /// The parameters that the penalty is of.
    penalized: Vec<String>,
    batch_size: usize,
    /// Targets of a sequence, each of as many numbers; where there are `lengths` in the batch the
    /// loss is a mean over the positions before them.
    #[serde(skip_serializing_if = "is_one")]
    positions: usize,
    layers: Vec<Layer>,
    config: String,
    data_checksum: String,
    software: Software,
}

/// A layer, with all that is needed to build it elsewhere.
#[derive(Serialize)]
struct Layer {
    name: String,
    kind: &'static str,
    /// Shape of a sample that comes in.
    input: Vec<usize>,
    /// Shape of a sample that goes out.
    output: Vec<usize>,
    /// Names in `parameters.safetensors` of what learns, in the order of its use.
    parameters: Vec<String>,
    /// Names there of running statistics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buffers: Vec<String>,
    /// Name in `masks.safetensors` of what its input is multiplied by.
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<String>,
    settings: LayerSpec,
    /// Of a block the layers inside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<Layer>,
    /// Of a residual block the layers around them; none: the input itself is added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shortcut: Vec<Layer>,
}

impl Description {
    /// Of the first batch of a config.
    pub fn new(prepared: &PreparedNetwork, exported: &Exported) -> Self {
        let experiment = &prepared.config.experiment;
        let regularization = prepared.network.training.regularization;
        let penalized = penalized(&prepared.plan, regularization);
        Self {
            name: experiment.name.clone(),
            seed: experiment.seed,
            dtype: "F64",
            loss: exported.loss,
            loss_factor: regularization.lambda(),
            penalty: penalty(&prepared.initial, &penalized, regularization),
            objective: exported.backward.loss,
            loss_function: prepared.network.training.loss,
            penalized,
            regularization,
            batch_size: exported.rows,
            positions: exported.positions,
            layers: prepared.plan.iter().map(Layer::new).collect(),
            config: prepared.config.resolved(),
            data_checksum: prepared.dataset.checksum.clone(),
            software: Software::here(),
        }
    }
}

/// Names of the parameters that a penalty is on: weights, and what else is asked for, if it learns.
fn penalized(plan: &[PlannedLayer], regularization: RegularizationSpec) -> Vec<String> {
    let parameters = plan.iter().flat_map(|layer| &layer.parameters);
    let penalized = |p: &&PlannedParameter| {
        regularization.penalizes() && p.learning_rate != 0.0 && (p.weighs || regularization.biases)
    };
    names(parameters.filter(penalized))
}

/// l1 Σ |w| + c/2 Σ w².
fn penalty(
    parameters: &NamedTensors<f64>,
    penalized: &[String],
    regularization: RegularizationSpec,
) -> f64 {
    let (l1, half) = (regularization.l1, regularization.half_squares() / 2.0);
    let tensors = penalized.iter().filter_map(|name| parameters.get(name));
    let of = |w: &f64| l1 * w.abs() + half * w * w;
    tensors.flatten().map(of).sum()
}

fn names<'a>(parameters: impl IntoIterator<Item = &'a PlannedParameter>) -> Vec<String> {
    let names = parameters.into_iter().map(|p| p.name.clone());
    names.collect()
}

fn is_one(positions: &usize) -> bool {
    *positions == 1
}

impl Layer {
    fn new(layer: &PlannedLayer) -> Self {
        let chain = |index: usize| -> Vec<Self> {
            let chain = layer.chains.get(index).into_iter().flatten();
            chain.map(Self::new).collect()
        };
        let drops = layer.spec.layer().drop_rate().is_some();
        Self {
            name: layer.name.clone(),
            kind: layer.spec.kind(),
            input: layer.input.clone(),
            output: layer.output.clone(),
            parameters: names(&layer.parameters),
            buffers: names(&layer.buffers),
            mask: drops.then(|| layer.name.clone()),
            settings: layer.spec.clone(),
            layers: chain(0),
            shortcut: chain(1),
        }
    }
}
