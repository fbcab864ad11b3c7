//! Plans, models and random batches for the tests.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod plans;

use backprop::Model;
use contract::{Batch, Implementation, NamedTensors, Real, Step, Streams, initial};
use ndarray::{Array2, ArrayD};
use rand::RngExt;
use rayon::{ThreadPool, ThreadPoolBuilder};
use spec::model::{Initializer, LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// A linear layer, named by its index.
pub fn linear(units: usize, bias: bool) -> LayerSpec {
    LayerSpec::Linear(LinearSpec {
        bias,
        ..LinearSpec::new(units)
    })
}

/// The layers for samples of `inputs` numbers.
pub fn plan(inputs: usize, layers: &[LayerSpec]) -> Vec<PlannedLayer> {
    let model = ModelSpec {
        weights: Initializer::HeNormal,
        biases: Initializer::Constant(0.1),
        ..ModelSpec::new(layers.to_vec())
    };
    model.plan(&[inputs]).unwrap()
}

/// 240-300-100-10 with ReLU: large enough for a batch to be divided into several shards, and for
/// the first layer to be shared by its inputs.
pub fn large_plan() -> Vec<PlannedLayer> {
    let (hidden1, hidden2) = (linear(300, true), linear(100, true));
    let layers = [
        hidden1,
        LayerSpec::Relu,
        hidden2,
        LayerSpec::Relu,
        linear(10, true),
    ];
    plan(240, &layers)
}

/// A classifier at parameters drawn from a fixed seed.
pub fn classifier<T: Real>(plan: &[PlannedLayer], optimizer: OptimizerSpec) -> Model<T> {
    let parameters = initial::draw_parameters(plan, &Streams::new(1));
    let mut model = Model::new(
        plan,
        &TrainingSpec::new(LossSpec::SoftmaxCrossEntropy, optimizer),
        Streams::new(1),
    );
    model.load(&parameters.cast()).unwrap();
    model
}

/// A batch: inputs evenly in [-1, 1), and the classes as one-hot rows.
pub struct Samples<T> {
    pub x: Array2<T>,
    pub t: Array2<T>,
}

impl<T: Real> Samples<T> {
    /// All of them.
    pub fn batch(&self) -> Batch<'_, T> {
        Batch::new(self.x.view(), self.t.view())
    }

    /// So many samples for these layers.
    pub fn random(rows: usize, plan: &[PlannedLayer]) -> Self {
        let mut rng = Streams::new(2).stream("batch");
        let draw = || T::of(rng.random_range(-1.0..1.0));
        let x = Array2::from_shape_simple_fn((rows, plan[0].inputs()), draw);
        let classes = plan[plan.len() - 1].outputs();
        let mut t = Array2::zeros((rows, classes));
        for mut row in t.rows_mut() {
            row[rng.random_range(0..classes)] = T::one();
        }
        Self { x, t }
    }

    /// The same as images: everything but a block of each row is background, as [`SparseRows`]
    /// wants it.
    ///
    /// [`SparseRows`]: kernels::matmul::sparse_rows::SparseRows
    pub fn images(rows: usize, plan: &[PlannedLayer]) -> Self {
        let mut batch = Self::random(rows, plan);
        let background = T::of(-0.4);
        for (row, mut x) in batch.x.rows_mut().into_iter().enumerate() {
            let ink = 20 + row % 50..100 + row % 90;
            for (column, x) in x.iter_mut().enumerate() {
                if !ink.contains(&column) {
                    *x = background;
                }
            }
        }
        batch
    }
}

/// An update with the learning rate that every rule here has.
pub const UPDATE: Step = Step {
    number: 1,
    learning_rate: 0.01,
};

/// One update with that batch.
pub fn step<T: Real>(model: &mut Model<T>, samples: &Samples<T>) -> f64 {
    model.train_step(UPDATE, samples.batch())
}

/// So many threads of their own.
pub fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
}

/// Parameters written out.
pub fn parameters<const N: usize>(tensors: [(&str, ArrayD<f64>); N]) -> NamedTensors<f64> {
    let mut parameters = NamedTensors::default();
    for (name, tensor) in tensors {
        parameters.insert(name, tensor);
    }
    parameters
}
