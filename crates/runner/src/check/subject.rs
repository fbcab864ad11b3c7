//! What is proved: a network at its initial parameters, and the batch on which it is.

use contract::{Backward, Batch, Implementation, NamedTensors, Real, Streams};
use ndarray::{Array2, s};
use rand::RngExt;
use spec::ImplementationName;
use spec::model::{Initializer, PlannedLayer};
use spec::training::TrainingSpec;

use super::function::Function;
use super::penalties::Penalties;
use crate::Failure;
use crate::implementations::{Number, build};

/// How far a parameter that begins at a constant is moved for central differences.
const MOVE: f64 = 0.1;
/// Parameters that all are smaller are moved as well: a step of the differences would lead far
/// across every kink.
const TINY: f64 = 1e-4;

/// A network that every implementation can be built of.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its layers.
    pub plan: &'a [PlannedLayer],
    /// Loss, penalties and learning rule.
    pub training: &'a TrainingSpec,
    /// Where dropout masks come from.
    pub streams: Streams,
    /// Its initial parameters.
    pub parameters: &'a NamedTensors<f64>,
}

impl Subject<'_> {
    /// An implementation at the initial parameters.
    ///
    /// # Errors
    /// When it does not take them.
    pub fn loaded<T: Number>(
        &self,
        name: ImplementationName,
    ) -> Result<Box<dyn Implementation<T>>, Failure> {
        let mut model = build(name, self.plan, self.training, self.streams)?;
        model.load(&self.parameters.cast())?;
        Ok(model)
    }

    /// Whether there are gradients to prove. A step has a derivative of 0 almost everywhere: where
    /// there is one, only forward passes are compared.
    pub fn has_gradients(&self) -> bool {
        let without = |layer: &PlannedLayer| layer.spec.any(&|layer| !layer.has_derivative());
        !self.plan.iter().any(without)
    }

    /// Whether its gradient is cut off on purpose: then it is not that of the loss, and differences
    /// bear no witness of it.
    pub fn truncates_gradient(&self) -> bool {
        let truncates = |layer: &PlannedLayer| layer.spec.any(&|layer| layer.truncates_gradient());
        self.plan.iter().any(truncates)
    }

    /// Whether the input has a gradient. Integers that choose from a table have none.
    pub fn has_input_gradient(&self) -> bool {
        let chooses = |layer: &PlannedLayer| !layer.spec.layer().tokens().is_empty();
        !self.plan.iter().any(chooses)
    }

    /// Gradients that are 0 but for rounding: of the bias of a layer right before a batch
    /// normalisation, which takes the mean away and the bias with it.
    pub fn vanishing_gradients(&self) -> Vec<String> {
        let mut names = Vec::new();
        biases_taken_away(self.plan, &mut names);
        names
    }

    /// Name of the last layer's output.
    pub fn output(&self) -> String {
        let last = self.plan.last();
        format!("{}.output", last.map_or("", |layer| &layer.name))
    }

    /// The initial parameters, those that begin at a constant, given or tiny moved at random.
    /// Central differences are taken there: at biases of 0 many a network stands at a kink, such as
    /// every ReLU above pixels that are 0.
    pub fn moved_from_constants(&self) -> NamedTensors<f64> {
        let mut parameters = self.parameters.clone();
        for parameter in self.plan.iter().flat_map(|layer| &layer.parameters) {
            let mut rng = self
                .streams
                .stream(&format!("check/spread/{}", parameter.name));
            let constant = matches!(
                parameter.initializer,
                Initializer::Constant(_) | Initializer::Values(_)
            );
            if let Some(tensor) = parameters.get_mut(&parameter.name)
                && (constant || tensor.iter().all(|value| value.abs() < TINY))
            {
                tensor.mapv_inplace(|value| value + rng.random_range(-MOVE..MOVE));
            }
        }
        parameters
    }
}

fn biases_taken_away(plan: &[PlannedLayer], names: &mut Vec<String>) {
    for pair in plan.windows(2) {
        let [before, after] = [&pair[0], &pair[1]].map(|layer| layer.spec.layer());
        if before.shifts_channels() && after.couples_samples() {
            names.push(format!("{}.bias", pair[0].name));
        }
    }
    for chain in plan.iter().flat_map(|layer| &layer.chains) {
        biases_taken_away(chain, names);
    }
}

/// The batch whose gradients are compared: inputs, targets, and a random upstream gradient.
#[derive(Clone)]
pub struct Probe<T> {
    /// `[N, D_in]`.
    pub x: Array2<T>,
    /// `[N, D_out]`.
    pub t: Array2<T>,
    /// Targets of a sample.
    pub positions: usize,
    /// True lengths of sequences; none: nothing is padded.
    pub lengths: Option<Vec<usize>>,
    /// How much each sample counts; none: all alike.
    pub weights: Option<Vec<T>>,
    /// `[N, D_out]`.
    pub dy: Array2<T>,
}

impl<T: Real> Probe<T> {
    /// With a random upstream gradient: one of ones is blind for softmax and normalisations.
    pub fn new(batch: Batch<T>, streams: Streams) -> Self {
        let mut rng = streams.stream("check/upstream");
        let draw = || T::of(rng.random_range(-1.0..1.0));
        Self {
            x: batch.x.to_owned(),
            t: batch.t.to_owned(),
            positions: batch.positions,
            lengths: batch.lengths.map(<[usize]>::to_vec),
            weights: batch.weights.map(<[T]>::to_vec),
            dy: Array2::from_shape_simple_fn(batch.t.raw_dim(), draw),
        }
    }

    /// Its samples.
    pub fn batch(&self) -> Batch<'_, T> {
        Batch {
            positions: self.positions,
            lengths: self.lengths.as_deref(),
            weights: self.weights.as_deref(),
            ..Batch::new(self.x.view(), self.t.view())
        }
    }

    /// How many samples it has.
    pub fn len(&self) -> usize {
        self.x.nrows()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its first samples.
    pub fn first(&self, samples: usize) -> Self {
        let first = |matrix: &Array2<T>| matrix.slice(s![..samples, ..]).to_owned();
        let [x, t, dy] = [&self.x, &self.t, &self.dy].map(first);
        let weights = self.weights.as_ref().map(|of| of[..samples].to_vec());
        let lengths = self.lengths.as_ref().map(|of| of[..samples].to_vec());
        Self {
            x,
            t,
            positions: self.positions,
            lengths,
            weights,
            dy,
        }
    }

    /// The same numbers in another precision.
    pub fn cast<U: Real>(&self) -> Probe<U> {
        let cast = |matrix: &Array2<T>| matrix.mapv(|value| U::of(value.f64()));
        let [x, t, dy] = [&self.x, &self.t, &self.dy].map(cast);
        let cast = |weights: &Vec<T>| weights.iter().map(|weight| U::of(weight.f64())).collect();
        let weights = self.weights.as_ref().map(cast);
        Probe {
            x,
            t,
            positions: self.positions,
            lengths: self.lengths.clone(),
            weights,
            dy,
        }
    }
}

/// A backward pass from a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// From the loss.
    Loss,
    /// From the random upstream gradient.
    Upstream,
}

impl Pass {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Loss, Self::Upstream];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Upstream => "random upstream",
        }
    }

    /// What it leaves.
    pub fn run<T: Real>(self, model: &mut dyn Implementation<T>, probe: &Probe<T>) -> Backward<T> {
        match self {
            Self::Loss => model.loss_backward(probe.batch()),
            Self::Upstream => model.backward(probe.x.view(), probe.dy.view()),
        }
    }

    /// What it differentiates.
    pub fn function<'p>(self, penalties: &'p Penalties, probe: &'p Probe<f64>) -> Function<'p> {
        match self {
            Self::Loss => Function::Objective(probe.batch(), penalties),
            Self::Upstream => Function::Upstream(probe.dy.view()),
        }
    }
}
