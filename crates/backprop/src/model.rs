//! A network that learns: what the runner sees of this crate.

use std::ops::Range;

use aligned_vec::AVec;
use contract::{
    Backward, Batch, ByteBuf, Evaluation, Implementation, Mode, NamedTensors, Real, Step, Streams,
    TensorError, TrainingState,
};
use ndarray::{Array2, ArrayView2};
use spec::model::PlannedLayer;
use spec::training::{ClipSpec, LossSpec, TrainingSpec};

use crate::engine::network::{Network, Request};
use crate::layers::{self, Identity, Layer};
use crate::losses::{self, Loss};
use crate::optimizers::parameters::{Parameters, STATE};
use crate::optimizers::{self, Optimizer, Update};
use crate::regularization::clipping;
use crate::regularization::penalties::Penalties;

/// A [`Network`] with a learning rule.
pub struct Model<T> {
    network: Network<T>,
    names: Vec<String>,
    penalties: Penalties,
    clip: Option<ClipSpec>,
    /// The rule of most parameters, then those of parts of the network.
    optimizers: Vec<Box<dyn Optimizer<T>>>,
    /// Their state: some numbers of each parameter.
    state: [AVec<T>; STATE],
    /// Parameters that are updated alike.
    groups: Vec<Group>,
    /// Updates since the parameters were loaded.
    updates: i32,
}

/// A number type that this crate computes in.
///
/// What these functions make is compiled here, in one unit with the layers. A generic constructor
/// would be compiled by the crate that calls it, every layer once more, in several units that do not
/// inline each other.
pub trait Compute: Real {
    /// A model of the planned layers, every parameter 0.
    fn model(
        plan: &[PlannedLayer],
        training: &TrainingSpec,
        streams: Streams,
    ) -> Box<dyn Implementation<Self>>;

    /// The layer that a planned layer describes; inside it layers may be fused.
    fn layer(planned: &PlannedLayer, streams: Streams) -> Box<dyn Layer<Self>>;

    /// [`layers::build_single`].
    fn single_layer(plan: &[PlannedLayer], streams: Streams) -> (Box<dyn Layer<Self>>, usize);

    /// [`losses::build`].
    fn loss(loss: LossSpec) -> Box<dyn Loss<Self>>;
}

/// The functions of [`Compute`] for a type, compiled where this stands.
macro_rules! compute {
    ($T:ty) => {
        impl Compute for $T {
            fn model(
                plan: &[PlannedLayer],
                training: &TrainingSpec,
                streams: Streams,
            ) -> Box<dyn Implementation<Self>> {
                Box::new(Model::<Self>::new(plan, training, streams))
            }

            fn layer(planned: &PlannedLayer, streams: Streams) -> Box<dyn Layer<Self>> {
                layers::build(planned, streams, layers::build_first)
            }

            fn single_layer(
                plan: &[PlannedLayer],
                streams: Streams,
            ) -> (Box<dyn Layer<Self>>, usize) {
                layers::build_single(plan, streams)
            }

            fn loss(loss: LossSpec) -> Box<dyn Loss<Self>> {
                losses::build(loss)
            }
        }
    };
}

compute!(f32);
compute!(f64);

impl<T: Real> Model<T> {
    /// A model of the planned layers, every parameter 0. Dropout masks come from `streams`.
    pub fn new(plan: &[PlannedLayer], training: &TrainingSpec, streams: Streams) -> Self {
        // Max-norm bounds the weights of a unit, which lie side by side in the usual layer only.
        let input = match training.regularization.max_norm {
            None => layers::build_input(plan),
            Some(_) => Box::new(Identity),
        };
        let network = Network::new(plan, input, training.loss, streams);
        let optimizers: Vec<_> = training.optimizers().map(optimizers::build).collect();
        let numbers = optimizers.iter().map(|rule| rule.state_len()).max();
        let mut model = Self {
            state: optimizers::room(numbers.unwrap_or_default(), network.parameter_count()),
            optimizers,
            names: plan.iter().map(|layer| layer.name.clone()).collect(),
            penalties: Penalties::new(plan, training.regularization),
            clip: training.clip,
            groups: groups(plan, training),
            updates: 0,
            network,
        };
        model.begin();
        model
    }

    /// Sets the state of every rule, as before the first update.
    fn begin(&mut self) {
        self.updates = 0;
        for group in &self.groups {
            let state = self.state.each_mut().map(|state| match state.is_empty() {
                true => &mut [][..],
                false => &mut state[group.range.clone()],
            });
            self.optimizers[group.rule].begin(state);
        }
    }

    fn gradients_of(&mut self, batch: Batch<T>, request: Request) -> Backward<T> {
        let mut dx = Array2::zeros(batch.x.raw_dim());
        let mode = training(0);
        let mut loss = self.network.run(batch, request, mode, Some(dx.view_mut()));
        if request == Request::LossGradient {
            let mut all = self.network.with_gradients(Default::default());
            self.penalties.add_gradient(&mut all);
            dx *= T::of(self.penalties.lambda());
            loss = self.penalties.lambda() * loss + self.penalties.value(all.w);
        }
        let mut outputs = NamedTensors::default();
        for (index, name) in self.names.iter().enumerate() {
            if let Some(output) = self.network.output(index, batch.x) {
                outputs.insert(format!("{name}.output"), output.into_dyn());
            }
        }
        let mut gradients = NamedTensors::default();
        gradients.insert("x", dx.into_dyn());
        for (name, gradient) in self.network.gradients().iter() {
            gradients.insert(name, gradient.clone());
        }
        Backward {
            loss,
            outputs,
            gradients,
        }
    }
}

/// The mode of an update.
fn training(step: u64) -> layers::Mode {
    layers::Mode::Training { step, first_row: 0 }
}

/// Neighbouring parameters that are updated alike.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    range: Range<usize>,
    /// Which of the rules.
    rule: usize,
    /// Factor of the learning rate.
    factor: f64,
    decays: bool,
}

/// The groups of a plan, without parameters whose factor is 0.
fn groups(plan: &[PlannedLayer], training: &TrainingSpec) -> Vec<Group> {
    let rules: Vec<_> = training.optimizers().collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut start = 0;
    for parameter in plan.iter().flat_map(|layer| &layer.parameters) {
        let rule = training.optimizer_of(&parameter.name);
        // The learning rate of an update is that of the first rule, as scheduled.
        let of_rule = rules[rule].learning_rate() / rules[0].learning_rate();
        let own = Group {
            range: start..start + parameter.len(),
            rule,
            factor: of_rule * parameter.learning_rate,
            decays: rules[rule].decays().takes(parameter.shape.len()),
        };
        start = own.range.end;
        let alike = |last: &&mut Group| {
            let kind = |group: &Group| (group.rule, group.factor, group.decays);
            kind(last) == kind(&own) && last.range.end == own.range.start
        };
        match groups.last_mut().filter(alike) {
            _ if own.factor == 0.0 => {}
            Some(last) => last.range.end = own.range.end,
            None => groups.push(own),
        }
    }
    groups
}

impl<T: Real> Implementation<T> for Model<T> {
    fn load(&mut self, parameters: &NamedTensors<T>) -> Result<(), TensorError> {
        self.begin();
        self.network.load(parameters)
    }

    fn parameters(&self) -> NamedTensors<T> {
        self.network.parameters()
    }

    fn state(&self) -> Option<TrainingState<T>> {
        let mut optimizer = self.updates.to_le_bytes().to_vec();
        for numbers in &self.state {
            optimizer.extend_from_slice(bytemuck::cast_slice(numbers));
        }
        Some(TrainingState {
            parameters: self.network.parameters(),
            optimizer: ByteBuf::from(optimizer),
        })
    }

    fn restore(&mut self, saved: &TrainingState<T>) -> Result<(), TensorError> {
        self.load(&saved.parameters)?;
        let length: usize = self.state.iter().map(|own| size_of_val(&**own)).sum();
        let wrong = TensorError::OptimizerState {
            found: saved.optimizer.len(),
            expected: size_of_val(&self.updates) + length,
        };
        let Some((updates, mut rest)) = saved.optimizer.split_first_chunk() else {
            return Err(wrong);
        };
        if rest.len() != length {
            return Err(wrong);
        }
        self.updates = i32::from_le_bytes(*updates);
        for numbers in &mut self.state {
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(numbers);
            let (own, others) = rest.split_at(bytes.len());
            bytes.copy_from_slice(own);
            rest = others;
        }
        Ok(())
    }

    fn loss_backward(&mut self, batch: Batch<T>) -> Backward<T> {
        self.gradients_of(batch, Request::LossGradient)
    }

    fn backward(&mut self, x: ArrayView2<T>, dy: ArrayView2<T>) -> Backward<T> {
        self.gradients_of(Batch::new(x, dy), Request::Gradient)
    }

    fn train_step(&mut self, step: Step, batch: Batch<T>) -> f64 {
        self.updates = self.updates.saturating_add(1);
        let state = self.state.each_mut().map(AVec::as_mut_slice);
        let learn = |mut some: Parameters<T>| {
            for group in &self.groups {
                let rule = &self.optimizers[group.rule];
                let at = Update {
                    learning_rate: step.learning_rate * group.factor,
                    number: self.updates,
                    decays: group.decays,
                };
                let its = some.within(&group.range);
                if let Some(ClipSpec::Value(bound)) = self.clip {
                    clipping::by_value(bound, its.g);
                }
                rule.update(at, its);
            }
        };
        let (network, penalties, mode) =
            (&mut self.network, &self.penalties, training(step.number));
        let loss = match self.clip {
            Some(ClipSpec::Norm(bound)) => {
                // A norm is that of all gradients, so they must be there before anything learns.
                let loss = network.run(batch, Request::LossGradient, mode, None);
                let all = network.with_gradients(Default::default());
                all.share(|mut some| penalties.add_gradient(&mut some));
                let learning = self.groups.iter().map(|group| group.range.clone());
                let factor = clipping::factor(bound, network.flat_gradients(), learning);
                network.with_gradients(state).share(|some| {
                    clipping::scale(factor, some.g);
                    learn(some);
                });
                loss
            }
            _ => network.learn(batch, mode, state, |mut some| {
                penalties.add_gradient(&mut some);
                learn(some);
            }),
        };
        let all = self.network.with_gradients(Default::default());
        self.penalties.bound_norms(all.w);
        self.network.end_step();
        loss
    }

    fn estimate_curvature(&mut self, batch: Batch<T>) {
        let [rule] = &self.optimizers[..] else {
            return;
        };
        if rule.needs_curvature() {
            self.network
                .run(batch, Request::Curvature, layers::Mode::Evaluation, None);
            let state = self.state.each_mut().map(AVec::as_mut_slice);
            rule.take_curvature(self.network.flat_gradients(), state);
        }
    }

    fn evaluate(&mut self, mode: Mode, batch: Batch<T>) -> Evaluation<T> {
        let mode = match mode {
            Mode::Training => training(0),
            Mode::Evaluation => layers::Mode::Evaluation,
        };
        let loss = self.network.run(batch, Request::Loss, mode, None);
        let output = self.network.last_output();
        Evaluation { loss, output }
    }
}
