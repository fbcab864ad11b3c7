//! A network that learns: what the runner sees of this crate.

use ndarray::{Array2, ArrayView2};
use spec::model::PlannedLayer;
use spec::training::{LossSpec, OptimizerSpec};
use spec::{Backward, Evaluation, Implementation, NamedTensors, Real, TensorError};

use crate::network::{Network, Task};
use crate::optimizers::{self, Optimizer};

/// A [`Network`] with a learning rule.
pub struct Model<T> {
    network: Network<T>,
    optimizer: Box<dyn Optimizer<T>>,
    names: Vec<String>,
}

/// A number type that this crate computes in.
///
/// [`Compute::model`] is compiled here, in one unit with the kernels. A generic constructor would be
/// compiled by the crate that calls it, in several units that do not inline each other: that took
/// 1.3 times as long for an epoch.
pub trait Compute: Real {
    /// A model of the planned layers, every parameter 0.
    fn model(
        plan: &[PlannedLayer],
        loss: LossSpec,
        optimizer: &OptimizerSpec,
    ) -> Box<dyn Implementation<Self>>;
}

impl Compute for f32 {
    fn model(
        plan: &[PlannedLayer],
        loss: LossSpec,
        optimizer: &OptimizerSpec,
    ) -> Box<dyn Implementation<Self>> {
        Box::new(Model::<Self>::new(plan, loss, optimizer))
    }
}

impl Compute for f64 {
    fn model(
        plan: &[PlannedLayer],
        loss: LossSpec,
        optimizer: &OptimizerSpec,
    ) -> Box<dyn Implementation<Self>> {
        Box::new(Model::<Self>::new(plan, loss, optimizer))
    }
}

impl<T: Real> Model<T> {
    /// A model of the planned layers, every parameter 0.
    pub fn new(plan: &[PlannedLayer], loss: LossSpec, optimizer: &OptimizerSpec) -> Self {
        let network = Network::new(plan, loss);
        Self {
            optimizer: optimizers::build(optimizer, network.parameter_count()),
            network,
            names: plan.iter().map(|layer| layer.name.clone()).collect(),
        }
    }

    fn gradients_of(&mut self, x: ArrayView2<T>, task: Task<T>) -> Backward<T> {
        let mut dx = Array2::zeros(x.raw_dim());
        let loss = self.network.run(x, task, Some(dx.view_mut()));
        let mut outputs = NamedTensors::default();
        for (index, name) in self.names.iter().enumerate() {
            let output = self.network.output(index, x.nrows());
            outputs.insert(format!("{name}.output"), output.into_dyn());
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

impl<T: Real> Implementation<T> for Model<T> {
    fn load(&mut self, parameters: &NamedTensors<T>) -> Result<(), TensorError> {
        self.optimizer.reset();
        self.network.load(parameters)
    }

    fn parameters(&self) -> NamedTensors<T> {
        self.network.parameters()
    }

    fn loss_backward(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> Backward<T> {
        self.gradients_of(x, Task::LossGradient(t))
    }

    fn backward(&mut self, x: ArrayView2<T>, dy: ArrayView2<T>) -> Backward<T> {
        self.gradients_of(x, Task::Gradient(dy))
    }

    fn train_step(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        let loss = self.network.run(x, Task::LossGradient(t), None);
        let (w, g) = self.network.parameters_and_gradients();
        self.optimizer.step(w, g);
        loss
    }

    fn evaluate(&mut self, x: ArrayView2<T>, t: ArrayView2<T>) -> Evaluation<T> {
        let loss = self.network.run(x, Task::Loss(t), None);
        let output = self.network.output(self.names.len() - 1, x.nrows());
        Evaluation { loss, output }
    }
}
