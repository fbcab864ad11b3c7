//! A model in burn, as the runner sees it.

use std::marker::PhantomData;

use burn::tensor::{Device, Tensor};
use contract::{
    Backward, Batch, ByteBuf, Evaluation, Implementation, Mode, NamedTensors, Step, Streams,
    TensorError, TrainingState, initial,
};
use ndarray::{Array2, ArrayD, ArrayView2};
use spec::model::{PlannedLayer, PlannedParameter};
use spec::training::TrainingSpec;

use crate::loss::Loss;
use crate::network::Network;
use crate::optimizers::Optimizers;
use crate::parameters::{Parameters, Place, clip, expect, scalar};
use crate::tensors::{matrix, to_burn, values};
use crate::{Backend, BurnReal, batch, layer, layers, losses, objective};

/// The mode of passes outside of training.
const STEP_0: layer::Mode = layer::Mode::Training { step: 0 };

/// A feed-forward network in burn, in the precision of `T`.
///
/// Its parameters are 0 until [`load`](Implementation::load) brings others.
pub struct Model<T> {
    plan: Vec<PlannedLayer>,
    training: TrainingSpec,
    /// Without autodiff.
    device: Device,
    network: Network,
    loss: Box<dyn Loss>,
    places: Vec<Place>,
    parameters: Parameters,
    optimizers: Optimizers,
    real: PhantomData<T>,
}

impl<T: BurnReal> Model<T> {
    /// The planned layers on one of burn's devices. Dropout masks come from `streams`.
    pub fn new(
        plan: &[PlannedLayer],
        training: &TrainingSpec,
        streams: Streams,
        backend: Backend,
    ) -> Self {
        let places = Place::all(plan);
        let mut model = Self {
            plan: plan.to_vec(),
            training: training.clone(),
            device: backend.device(),
            network: layers::network::<T>(plan, streams),
            loss: losses::build(training.loss),
            parameters: Parameters::default(),
            optimizers: Optimizers::new::<T>(training, &places),
            places,
            real: PhantomData,
        };
        let zeros = |p: &PlannedParameter| ArrayD::zeros(p.shape.as_slice());
        let parameters: Vec<_> = model.places.iter().map(|p| zeros(&p.planned)).collect();
        let buffers: Vec<_> = buffers(plan).map(zeros).collect();
        model.set(parameters.iter(), buffers.iter());
        model
    }

    /// Takes parameters and running statistics in the order of the plan, and forgets the rest.
    fn set<'a>(
        &mut self,
        parameters: impl Iterator<Item = &'a ArrayD<T>>,
        buffers: impl Iterator<Item = &'a ArrayD<T>>,
    ) {
        let device = &self.device;
        let pairs = self.places.iter().zip(parameters);
        self.parameters = Parameters::new(pairs.map(|(p, array)| p.to_burn(array, device)));
        let mut buffers = buffers.map(|array| to_burn(array.flatten().view(), device));
        self.network.set_buffers(&mut buffers);
        self.optimizers = Optimizers::new::<T>(&self.training, &self.places);
    }

    /// A batch `[N, D]` that takes part in autodiff without a gradient of its own.
    fn batch(&self, array: ArrayView2<T>) -> Tensor<2> {
        to_burn(array, &self.device.clone().autodiff())
    }

    /// Forward, then backward from what `objective` makes of output and parameters.
    fn pass(
        &mut self,
        x: ArrayView2<T>,
        objective: impl FnOnce(Tensor<2>, &[Tensor<1>], &Self) -> Tensor<1>,
    ) -> Backward<T> {
        let (shape, x) = (x.dim(), self.batch(x).require_grad());
        let w = self.parameters.leaves();
        let outputs = self.network.forward_all(&w, x.clone(), STEP_0);
        let objective = objective(outputs.last().unwrap_or(&x).clone(), &w, self);
        let mut found = objective.backward();
        let mut gradients = NamedTensors::default();
        match x.grad_remove(&mut found) {
            Some(dx) => gradients.insert("x", matrix(dx).into_dyn()),
            None if self.begins_with_integers() => {
                gradients.insert("x", Array2::zeros(shape).into_dyn());
            }
            // Whoever compares will miss it, as any other that burn has no gradient for.
            None => {}
        }
        for (place, w) in self.places.iter().zip(&w) {
            if let Some(dw) = w.grad_remove(&mut found) {
                gradients.insert(&place.planned.name, place.to_array(dw));
            }
        }
        let mut named = NamedTensors::default();
        for (layer, output) in self.plan.iter().zip(outputs) {
            let name = format!("{}.output", layer.name);
            named.insert(name, matrix(output).into_dyn());
        }
        Backward {
            loss: scalar(objective),
            outputs: named,
            gradients,
        }
    }

    /// Whether the input is integers, which have no gradient.
    fn begins_with_integers(&self) -> bool {
        let first = self.plan.first();
        first.is_some_and(|layer| !layer.spec.layer().tokens().is_empty())
    }

    /// Tells the layers what there is to know of a batch besides its numbers.
    fn say_of(&mut self, batch: Batch<T>) {
        batch.expect_lengths(self.plan[0].input[0]);
        self.network.set_lengths(batch.lengths);
        self.network.set_continues(batch.continues);
    }
}

/// The running statistics of all layers.
fn buffers(plan: &[PlannedLayer]) -> impl Iterator<Item = &PlannedParameter> {
    plan.iter().flat_map(|layer| &layer.buffers)
}

impl<T: BurnReal> Implementation<T> for Model<T> {
    fn load(&mut self, given: &NamedTensors<T>) -> Result<(), TensorError> {
        // In the order of the plan, so that the first one missing is the one that is told.
        expect(given, initial::all(&self.plan))?;
        let plan = self.plan.clone();
        let parameters = expect(given, plan.iter().flat_map(|layer| &layer.parameters))?;
        let buffers = expect(given, buffers(&plan))?;
        self.set(parameters.into_iter(), buffers.into_iter());
        Ok(())
    }

    fn parameters(&self) -> NamedTensors<T> {
        let mut parameters = self.places.iter().zip(self.parameters.values());
        let mut buffers = self.network.buffers().into_iter();
        let mut named = NamedTensors::default();
        for layer in &self.plan {
            for (place, w) in parameters.by_ref().take(layer.parameters.len()) {
                named.insert(&place.planned.name, place.to_array(w));
            }
            for (planned, values_of) in layer.buffers.iter().zip(buffers.by_ref()) {
                let array = ArrayD::from_shape_vec(planned.shape.as_slice(), values(values_of));
                let array = array.expect("a buffer has as many values as its shape says");
                named.insert(&planned.name, array);
            }
        }
        named
    }

    fn state(&self) -> Option<TrainingState<T>> {
        Some(TrainingState {
            parameters: self.parameters(),
            optimizer: ByteBuf::from(self.optimizers.state()?),
        })
    }

    fn restore(&mut self, state: &TrainingState<T>) -> Result<(), TensorError> {
        self.load(&state.parameters)?;
        match self.optimizers.restore(&state.optimizer) {
            true => Ok(()),
            false => Err(TensorError::OptimizerState {
                found: state.optimizer.len(),
                expected: self.optimizers.state().map_or(0, |state| state.len()),
            }),
        }
    }

    fn loss_backward(&mut self, batch: Batch<T>) -> Backward<T> {
        let t = self.batch(batch.t);
        self.say_of(batch);
        self.pass(batch.x, |y, w, model| {
            let loss = batch::mean(&*model.loss, y, t, batch);
            objective::penalized(&model.training.regularization, loss, &model.places, w)
        })
    }

    fn backward(&mut self, x: ArrayView2<T>, dy: ArrayView2<T>) -> Backward<T> {
        let dy = self.batch(dy);
        self.network.set_lengths(None);
        self.network.set_continues(false);
        self.pass(x, |y, _, _| (y * dy).sum())
    }

    fn train_step(&mut self, step: Step, batch: Batch<T>) -> f64 {
        let w = self.parameters.leaves();
        let (x, t) = (self.batch(batch.x), self.batch(batch.t));
        let mode = layer::Mode::Training { step: step.number };
        self.say_of(batch);
        let y = self.network.forward(&w, x, mode);
        let loss = batch::mean(&*self.loss, y, t, batch);
        let penalties = &self.training.regularization;
        let objective = objective::penalized(penalties, loss.clone(), &self.places, &w);
        drop(w);
        let mut gradients = objective.backward();
        let mut gradients = self.parameters.take_gradients(&self.places, &mut gradients);
        if let Some(bound) = self.training.clip {
            clip(bound, &mut gradients);
        }
        // Moved, not cloned: the optimiser may then update parameters in place.
        let parameters = std::mem::take(&mut self.parameters);
        self.parameters =
            self.optimizers
                .step(step.learning_rate, &self.places, parameters, gradients);
        if let Some(largest) = self.training.regularization.max_norm {
            self.parameters.bound_rows(&self.places, largest);
        }
        self.network.end_step();
        scalar(loss)
    }

    fn estimate_curvature(&mut self, batch: Batch<T>) {
        if self.training.optimizer.curvature_samples().is_none() {
            return;
        }
        self.say_of(batch);
        let device = &self.device;
        let (x, t) = (to_burn(batch.x, device), to_burn(batch.t, device));
        let of_loss = |y| batch::curvature(&*self.loss, y, t, batch, device);
        let w = self.parameters.values();
        let curvature = self.network.curvature(&w, x, of_loss);
        self.optimizers.set_curvature(curvature.w);
    }

    fn evaluate(&mut self, mode: Mode, batch: Batch<T>) -> Evaluation<T> {
        let mode = match mode {
            Mode::Training => STEP_0,
            Mode::Evaluation => layer::Mode::Evaluation,
        };
        // Parameters and batch without autodiff: no graph is kept.
        let w = self.parameters.values();
        self.say_of(batch);
        let y = self
            .network
            .forward(&w, to_burn(batch.x, &self.device), mode);
        let t = to_burn(batch.t, &self.device);
        let loss = batch::mean(&*self.loss, y.clone(), t, batch);
        Evaluation {
            loss: scalar(loss),
            output: matrix(y),
        }
    }
}
