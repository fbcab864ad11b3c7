//! What the benches share: a network, a batch, and the names of who computes.

use ndarray::Array2;
use rand::RngExt;
use spec::model::{Initializer, LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use spec::{Implementation, Streams, initial};

/// 784-300-100-10 with ReLU, as in `configs/mnist.toml`.
///
/// # Panics
/// Never: the layers fit.
pub fn mnist_plan() -> Vec<PlannedLayer> {
    let linear = |units| LayerSpec::Linear(LinearSpec::new(units));
    let model = ModelSpec {
        weights: Initializer::HeNormal,
        ..ModelSpec::new(vec![
            linear(300),
            LayerSpec::Relu,
            linear(100),
            LayerSpec::Relu,
            linear(10),
        ])
    };
    model.plan(&[1, 28, 28]).expect("layers of vectors fit")
}

/// Everybody who trains, at the same initial weights, with momentum 0.9 and learning rate 0.02.
///
/// # Panics
/// When an implementation does not take the weights of its own plan.
pub fn implementations() -> Vec<(&'static str, Box<dyn Implementation<f32>>)> {
    let plan = mnist_plan();
    let loss = LossSpec::SoftmaxCrossEntropy;
    let rule = OptimizerSpec::Momentum {
        learning_rate: 0.02,
        momentum: 0.9,
    };
    let (training, streams) = (TrainingSpec::new(loss, rule), Streams::new(1));
    let burn = |backend| {
        Box::new(reference::Model::<f32>::new(
            &plan, &training, streams, backend,
        ))
    };
    let by_hand = <f32 as backprop::Compute>::model(&plan, &training, streams);
    let mut all: Vec<(&'static str, Box<dyn Implementation<f32>>)> = vec![
        ("backprop", by_hand),
        ("burn-ndarray", burn(reference::Backend::Ndarray)),
        ("burn-flex", burn(reference::Backend::Flex)),
    ];
    let weights = initial::draw_parameters(&plan, &streams).cast();
    for (_, model) in &mut all {
        model
            .load(&weights)
            .expect("the weights are those of the plan");
    }
    all
}

/// Numbers in \[0, 1) of the stream of that name.
pub fn random(rows: usize, columns: usize, stream: &str) -> Array2<f32> {
    let mut rng = Streams::new(1).stream(stream);
    Array2::from_shape_simple_fn((rows, columns), || rng.random_range(0.0..1.0))
}

/// One-hot targets of `rows` samples, classes in turn.
pub fn one_hot(rows: usize, classes: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, classes), |(row, class)| {
        f32::from(u8::from(row % classes == class))
    })
}
