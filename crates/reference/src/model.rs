//! A model in burn, as the runner sees it.

use std::marker::PhantomData;

use burn::module::Module;
use burn::nn::Linear;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Gradients, Tensor};
use ndarray::{ArrayD, ArrayView2};
use spec::model::{PlannedLayer, PlannedParameter};
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use spec::{Backward, Evaluation, Implementation, Mode, NamedTensors, Step, Streams, TensorError};

use crate::network::{Layer, Network};
use crate::tensors::{matrix, to_burn, vector, weight};
use crate::{Backend, BurnReal, loss, optimizer};

/// A feed-forward network in burn, in the precision of `T`.
///
/// Its parameters are 0 until [`load`](Implementation::load) brings others.
pub struct Model<T> {
    plan: Vec<PlannedLayer>,
    loss: LossSpec,
    rule: OptimizerSpec,
    /// Without autodiff.
    device: Device,
    network: Network,
    optimizer: ModuleOptimizer,
    real: PhantomData<T>,
}

impl<T: BurnReal> Model<T> {
    /// The planned layers on one of burn's devices.
    pub fn new(
        plan: &[PlannedLayer],
        training: &TrainingSpec,
        _streams: Streams,
        backend: Backend,
    ) -> Self {
        let (loss, optimizer) = (training.loss, &training.optimizer);
        let device = backend.device();
        let zeros: Vec<Vec<ArrayD<T>>> = plan
            .iter()
            .map(|layer| layer.parameters.iter().map(zeros).collect())
            .collect();
        let layers = plan.iter().zip(&zeros).map(|(layer, zeros)| {
            let zeros: Vec<_> = zeros.iter().collect();
            Layer::new(layer, &zeros, &device.clone().autodiff())
        });
        Self {
            plan: plan.to_vec(),
            loss,
            rule: *optimizer,
            network: Network {
                layers: layers.collect(),
            },
            optimizer: optimizer::new::<T>(optimizer),
            device,
            real: PhantomData,
        }
    }

    /// A batch `[N, D]` that takes part in autodiff without a gradient of its own.
    fn batch(&self, array: ArrayView2<T>) -> Tensor<2> {
        to_burn(array, &self.device.clone().autodiff())
    }

    /// The linear layers with what the plan says of them.
    fn linears(&self) -> impl Iterator<Item = (&PlannedLayer, &Linear)> {
        let layers = self.plan.iter().zip(&self.network.layers);
        layers.filter_map(|(planned, layer)| match layer {
            Layer::Linear(linear) => Some((planned, linear)),
            _ => None,
        })
    }

    /// Forward, then backward from what `scalar` makes of the output.
    fn pass(&self, x: ArrayView2<T>, scalar: impl FnOnce(Tensor<2>) -> Tensor<1>) -> Backward<T> {
        let x = self.batch(x).require_grad();
        let outputs = self.network.forward_all(x.clone());
        let loss = scalar(outputs.last().unwrap_or(&x).clone());
        let mut gradients = loss.backward();
        let outputs = self.plan.iter().zip(outputs);
        Backward {
            loss: loss.into_scalar::<T>().f64(),
            outputs: named(outputs.map(|(layer, output)| {
                (format!("{}.output", layer.name), matrix(output).into_dyn())
            })),
            gradients: self.gradients(&x, &mut gradients),
        }
    }

    /// The gradients of `x` and of every parameter that has one. One that burn has none for is
    /// left out, so that whoever compares will miss it.
    fn gradients(&self, x: &Tensor<2>, gradients: &mut Gradients) -> NamedTensors<T> {
        let mut found = NamedTensors::default();
        if let Some(dx) = x.grad_remove(gradients) {
            found.insert("x", matrix(dx).into_dyn());
        }
        for (planned, linear) in self.linears() {
            if let Some(dw) = linear.weight.val().grad_remove(gradients) {
                found.insert(&planned.parameters[0].name, weight(dw));
            }
            let bias = planned.parameters.get(1).zip(linear.bias.as_ref());
            if let Some((parameter, bias)) = bias
                && let Some(db) = bias.val().grad_remove(gradients)
            {
                found.insert(&parameter.name, vector(db).into_dyn());
            }
        }
        found
    }
}

impl<T: BurnReal> Implementation<T> for Model<T> {
    fn load(&mut self, parameters: &NamedTensors<T>) -> Result<(), TensorError> {
        let device = self.device.clone().autodiff();
        let layer = |planned: &PlannedLayer| {
            let wanted = planned.parameters.iter();
            let found = wanted.map(|wanted| parameters.expect(&wanted.name, &wanted.shape));
            let found = found.collect::<Result<Vec<_>, _>>()?;
            Ok(Layer::new(planned, &found, &device))
        };
        let layers = self.plan.iter().map(layer).collect::<Result<_, _>>()?;
        self.network = Network { layers };
        self.optimizer = optimizer::new::<T>(&self.rule);
        Ok(())
    }

    fn parameters(&self) -> NamedTensors<T> {
        let mut parameters = NamedTensors::default();
        for (planned, linear) in self.linears() {
            let w = weight(linear.weight.val());
            parameters.insert(&planned.parameters[0].name, w);
            if let Some((parameter, bias)) = planned.parameters.get(1).zip(linear.bias.as_ref()) {
                parameters.insert(&parameter.name, vector(bias.val()).into_dyn());
            }
        }
        parameters
    }

    fn loss_backward(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> Backward<T> {
        let t = self.batch(t);
        self.pass(x, |y| loss::mean(self.loss, y, t))
    }

    fn backward(&mut self, x: ArrayView2<T>, dy: ArrayView2<T>) -> Backward<T> {
        let dy = self.batch(dy);
        self.pass(x, |y| (y * dy).sum())
    }

    fn train_step(&mut self, step: Step, x: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        let y = self.network.forward(self.batch(x));
        let loss = loss::mean(self.loss, y, self.batch(t));
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        // Moved, not cloned: the optimiser may then update parameters in place.
        let network = std::mem::take(&mut self.network);
        self.network = self.optimizer.step(step.learning_rate, network, gradients);
        loss.into_scalar::<T>().f64()
    }

    fn estimate_curvature(&mut self, _: ArrayView2<T>, _: ArrayView2<T>) {}

    fn evaluate(&mut self, _: Mode, x: ArrayView2<T>, t: ArrayView2<T>) -> Evaluation<T> {
        // The network and the batch without autodiff: no graph is kept.
        let y = self.network.valid().forward(to_burn(x, &self.device));
        let loss = loss::mean(self.loss, y.clone(), to_burn(t, &self.device));
        Evaluation {
            loss: loss.into_scalar::<T>().f64(),
            output: matrix(y),
        }
    }
}

fn zeros<T: BurnReal>(parameter: &PlannedParameter) -> ArrayD<T> {
    ArrayD::zeros(parameter.shape.as_slice())
}

fn named<T: BurnReal>(tensors: impl Iterator<Item = (String, ArrayD<T>)>) -> NamedTensors<T> {
    let mut named = NamedTensors::default();
    for (name, tensor) in tensors {
        named.insert(name, tensor);
    }
    named
}
