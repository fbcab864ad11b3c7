//! Models, random arrays and comparisons for the tests.

use ndarray::{Array2, ArrayD};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reference::{Backend, BurnReal, Model};
use spec::model::{Initializer, LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::training::{LossSpec, OptimizerSpec};
use spec::{Implementation, NamedTensors};

/// A linear layer, named by its index.
pub fn linear(units: usize, bias: bool) -> LayerSpec {
    LayerSpec::Linear(LinearSpec {
        units,
        bias,
        name: None,
        weights: None,
        biases: None,
    })
}

/// The layers for samples of `inputs` numbers.
pub fn plan(inputs: usize, layers: &[LayerSpec]) -> Vec<PlannedLayer> {
    let model = ModelSpec {
        layers: layers.to_vec(),
        weights: Initializer::default(),
        biases: Initializer::Constant(0.0),
        initial_parameters: None,
    };
    model.plan(&[inputs])
}

/// A model with the parameters given.
pub fn model<T: BurnReal>(
    plan: &[PlannedLayer],
    loss: LossSpec,
    optimizer: OptimizerSpec,
    backend: Backend,
    parameters: &NamedTensors<f64>,
) -> Model<T> {
    let mut model = Model::new(plan, loss, &optimizer, backend);
    model.load(&parameters.cast()).unwrap();
    model
}

/// A model for its forward and backward passes only.
pub fn passes(
    plan: &[PlannedLayer],
    backend: Backend,
    parameters: &NamedTensors<f64>,
) -> Model<f64> {
    model(plan, LossSpec::SquaredError, sgd(0.1), backend, parameters)
}

pub fn sgd(learning_rate: f64) -> OptimizerSpec {
    OptimizerSpec::Sgd { learning_rate }
}

/// Numbers evenly in [-1, 1).
pub fn random(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || random.random_range(-1.0..1.0))
}

/// Such numbers for every parameter.
pub fn random_parameters(plan: &[PlannedLayer], seed: u64) -> NamedTensors<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut parameters = NamedTensors::default();
    for parameter in plan.iter().flat_map(|layer| &layer.parameters) {
        let shape = parameter.shape.as_slice();
        let values = ArrayD::from_shape_simple_fn(shape, || random.random_range(-1.0..1.0));
        parameters.insert(&parameter.name, values);
    }
    parameters
}

/// Parameters written out.
pub fn parameters<const N: usize>(tensors: [(&str, ArrayD<f64>); N]) -> NamedTensors<f64> {
    let mut parameters = NamedTensors::default();
    for (name, tensor) in tensors {
        parameters.insert(name, tensor);
    }
    parameters
}

/// |found − expected| ≤ tolerance · (1 + |expected|), and no NaN.
#[track_caller]
pub fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let bound = tolerance * (1.0 + expected.abs());
    assert!(
        (found - expected).abs() <= bound,
        "{found:e} is not within {bound:e} of {expected:e}"
    );
}

/// [`assert_close`] for every value of two arrays of the same shape.
#[track_caller]
pub fn assert_all_close(found: &ArrayD<f64>, expected: &ArrayD<f64>, tolerance: f64) {
    assert_eq!(found.shape(), expected.shape());
    for (found, expected) in found.iter().zip(expected) {
        assert_close(*found, *expected, tolerance);
    }
}

/// [`assert_all_close`] for tensors of the same names.
#[track_caller]
pub fn assert_same(found: &NamedTensors<f64>, expected: &NamedTensors<f64>, tolerance: f64) {
    assert!(found.names().eq(expected.names()));
    for (name, tensor) in expected.iter() {
        assert_all_close(found.get(name).unwrap(), tensor, tolerance);
    }
}
