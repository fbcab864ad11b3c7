//! Models, random arrays and comparisons for the tests.

use contract::{Batch, Implementation, Mode, NamedTensors, Step, Streams, initial};
use ndarray::{Array2, ArrayD};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reference::{Backend, BurnReal, Model};
use spec::model::{LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::optimizers::SgdSpec;
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
    plan_for(&[inputs], layers)
}

/// The layers for samples of that shape.
pub fn plan_for(shape: &[usize], layers: &[LayerSpec]) -> Vec<PlannedLayer> {
    ModelSpec::new(layers.to_vec()).plan(shape).unwrap()
}

/// The random streams of all models here.
pub fn streams() -> Streams {
    Streams::new(3)
}

/// Update number `number`, at the learning rate of the config.
pub fn step(number: usize, rule: &OptimizerSpec) -> Step {
    Step {
        number: number as u64,
        learning_rate: rule.learning_rate(),
    }
}

/// A model with the parameters given.
pub fn model<T: BurnReal>(
    plan: &[PlannedLayer],
    loss: LossSpec,
    optimizer: OptimizerSpec,
    backend: Backend,
    parameters: &NamedTensors<f64>,
) -> Model<T> {
    trained_by(
        plan,
        &TrainingSpec::new(loss, optimizer),
        backend,
        parameters,
    )
}

/// The same with every setting of the training.
pub fn trained_by<T: BurnReal>(
    plan: &[PlannedLayer],
    training: &TrainingSpec,
    backend: Backend,
    parameters: &NamedTensors<f64>,
) -> Model<T> {
    let mut model = Model::new(plan, training, streams(), backend);
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
    OptimizerSpec::Sgd(SgdSpec { learning_rate })
}

/// Numbers evenly in [-1, 1).
pub fn random(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || random.random_range(-1.0..1.0))
}

/// Such numbers for every parameter, with variances and widths above 0.
pub fn random_parameters(plan: &[PlannedLayer], seed: u64) -> NamedTensors<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut parameters = NamedTensors::default();
    for parameter in initial::all(plan) {
        let shape = parameter.shape.as_slice();
        let low = match parameter.name.rsplit('.').next() {
            Some("running_var") => 0.5,
            Some("beta") => 0.1,
            _ => -1.0,
        };
        let values = ArrayD::from_shape_simple_fn(shape, || random.random_range(low..1.0));
        parameters.insert(&parameter.name, values);
    }
    parameters
}

/// Σ dy ⊙ y, computed without autodiff.
fn objective(model: &mut Model<f64>, x: &Array2<f64>, dy: &Array2<f64>) -> f64 {
    let output = model
        .evaluate(Mode::Training, Batch::new(x.view(), dy.view()))
        .output;
    (output * dy).sum()
}

/// (f(v + h) − f(v − h)) / 2h for every value v of a tensor.
pub fn differences(values: &ArrayD<f64>, mut f: impl FnMut(&ArrayD<f64>) -> f64) -> ArrayD<f64> {
    let h = 1e-5;
    let mut moved = values.clone();
    let mut gradient = ArrayD::zeros(values.shape());
    for (index, value) in values.indexed_iter() {
        moved[&index] = value + h;
        let above = f(&moved);
        moved[&index] = value - h;
        let below = f(&moved);
        moved[&index] = *value;
        gradient[&index] = (above - below) / (2.0 * h);
    }
    gradient
}

/// Holds the gradients of a network at every parameter and the input against central differences.
#[track_caller]
pub fn check(plan: &[PlannedLayer], x: &Array2<f64>, backend: Backend) {
    let parameters = &random_parameters(plan, 1);
    let dy = random(x.nrows(), plan.last().unwrap().outputs(), 3);
    let mut model = passes(plan, backend, parameters);
    let found = model.backward(x.view(), dy.view());
    assert_close(found.loss, objective(&mut model, x, &dy), 1e-13);
    let dx = differences(&x.clone().into_dyn(), |x| {
        let x = x.clone().into_dimensionality().unwrap();
        objective(&mut model, &x, &dy)
    });
    assert_all_close(found.gradients.get("x").unwrap(), &dx, 2e-9);
    for parameter in plan.iter().flat_map(|layer| &layer.parameters) {
        let name = &parameter.name;
        let gradient = differences(parameters.get(name).unwrap(), |moved| {
            let mut parameters = parameters.clone();
            parameters.insert(name, moved.clone());
            model.load(&parameters).unwrap();
            objective(&mut model, x, &dy)
        });
        assert_all_close(found.gradients.get(name).unwrap(), &gradient, 2e-9);
    }
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
