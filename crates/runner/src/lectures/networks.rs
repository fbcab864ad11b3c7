//! Networks that a lecture works through by hand: outputs, gradients, a step, a training.

use std::path::Path;

use backprop::Compute;
use contract::{Backward, Batch, Implementation, Mode, NamedTensors, Step, Streams};
use ndarray::{Array2, ArrayD, array};
use spec::model::{LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use spec::{Config, Overrides};

use super::Quantities;

/// Gradient descent with η = 1.
pub const STEP: Step = Step {
    number: 1,
    learning_rate: 1.0,
};

/// A linear layer.
pub fn linear(units: usize, bias: bool) -> LayerSpec {
    let linear = LinearSpec::new(units);
    LayerSpec::Linear(LinearSpec { bias, ..linear })
}

/// The layers with their sizes.
pub fn plan(sample: &[usize], layers: &[LayerSpec]) -> Vec<PlannedLayer> {
    let plan = ModelSpec::new(layers.to_vec()).plan(sample);
    plan.expect("the layers of an example fit each other")
}

/// A network with that loss and η = 1.
pub fn network<const N: usize>(
    plan: &[PlannedLayer],
    loss: LossSpec,
    weights: [(&str, ArrayD<f64>); N],
) -> Box<dyn Implementation<f64>> {
    let learning_rate = STEP.learning_rate;
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate });
    let mut model = f64::model(plan, &TrainingSpec::new(loss, rule), Streams::new(1));
    let mut given = NamedTensors::default();
    for (name, weight) in weights {
        given.insert(name, weight);
    }
    model
        .load(&given)
        .expect("the weights of an example fit its layers");
    model
}

/// The output of a layer for one sample.
pub fn output(found: &Backward<f64>, layer: usize) -> Vec<f64> {
    let output = found.outputs.get(&format!("{layer}.output"));
    let output = output.expect("every layer has an output");
    output.iter().copied().collect()
}

/// Softmax outputs (0.34, 0.46, 0.20); the first class is the true one. Logits are their
/// logarithms.
pub fn softmax_cross_entropy() -> Quantities {
    let plan = plan(&[3], &[LayerSpec::Identity]);
    let mut model = network(&plan, LossSpec::SoftmaxCrossEntropy, []);
    let z = array![[0.34f64, 0.46, 0.20]].ln();
    let t = array![[1.0, 0.0, 0.0]];
    let found = model.loss_backward(Batch::new(z.view(), t.view()));
    let mut quantities = vec![("L", found.loss)];
    let dz = found.gradients.get("x").into_iter().flatten().copied();
    quantities.extend(["dL/dz1", "dL/dz2", "dL/dz3"].into_iter().zip(dz));
    quantities
}

/// The 2-2-2 network of sigmoids without biases. The lecture's w1 to w4 lead from an input to both
/// hidden units in turn, so they are the columns of `0.weight`; w5 to w8 those of `2.weight`.
pub fn two_two_two_network() -> Box<dyn Implementation<f64>> {
    let layers = [linear(2, false), LayerSpec::Sigmoid];
    let plan = plan(&[2], &[layers.clone(), layers].concat());
    let first = array![[0.2, 0.5], [-0.4, 0.6]].into_dyn();
    let second = array![[0.1, -0.3], [-0.5, 0.8]].into_dyn();
    let weights = [("0.weight", first), ("2.weight", second)];
    network(&plan, LossSpec::SquaredError, weights)
}

/// Its input and target.
pub fn two_two_two_sample() -> (Array2<f64>, Array2<f64>) {
    (array![[0.5, 0.3]], array![[0.23, -0.07]])
}

/// w1 to w8, or their gradients, by the names that are given.
fn numbered(tensors: &NamedTensors<f64>, names: [&'static str; 8]) -> Quantities {
    let layers = ["0.weight", "2.weight"].into_iter();
    let columns = layers.flat_map(|layer| {
        let weight = tensors.get(layer).expect("both layers have weights");
        weight.t().iter().copied().collect::<Vec<_>>()
    });
    names.into_iter().zip(columns).collect()
}

/// One pass forward and backward.
pub fn two_two_two() -> Quantities {
    let (x, t) = two_two_two_sample();
    let found = two_two_two_network().loss_backward(Batch::new(x.view(), t.view()));
    let (h, o) = (output(&found, 1), output(&found, 3));
    let mut quantities: Quantities = ["h1", "h2"].into_iter().zip(h).collect();
    quantities.extend(["o1", "o2"].into_iter().zip(o));
    quantities.push(("E", found.loss));
    let names = [
        "dE/dw1", "dE/dw2", "dE/dw3", "dE/dw4", "dE/dw5", "dE/dw6", "dE/dw7", "dE/dw8",
    ];
    quantities.extend(numbered(&found.gradients, names));
    quantities
}

/// The weights after one step, and the error after more.
pub fn two_two_two_training() -> Quantities {
    let (x, t) = two_two_two_sample();
    let mut model = two_two_two_network();
    model.train_step(STEP, Batch::new(x.view(), t.view()));
    let names = ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"];
    let mut quantities = numbered(&model.parameters(), names);
    let after = [
        ("E after 1 step", 1),
        ("E after 10 steps", 10),
        ("E after 100 steps", 100),
        ("E after 1000 steps", 1000),
    ];
    let mut steps = 1;
    for (name, wanted) in after {
        while steps < wanted {
            model.train_step(STEP, Batch::new(x.view(), t.view()));
            steps += 1;
        }
        let batch = Batch::new(x.view(), t.view());
        quantities.push((name, model.evaluate(Mode::Evaluation, batch).loss));
    }
    quantities
}

/// X = Wᵀ I and O = σ(X): a weight has a row for each output. With W in place of Wᵀ it would be
/// another vector.
pub fn orientation() -> Quantities {
    let plan = plan(&[3], &[linear(3, false), LayerSpec::Sigmoid]);
    let transposed = array![[0.1, 0.7, 0.8], [0.3, 0.6, 0.9], [0.6, 0.5, 0.1]];
    let i = array![[0.5, 0.6, 0.1]];
    let pass = |weight: Array2<f64>| {
        let weights = [("0.weight", weight.into_dyn())];
        network(&plan, LossSpec::SquaredError, weights).backward(i.view(), i.view())
    };
    let (right, wrong) = (pass(transposed.clone()), pass(transposed.reversed_axes()));
    let named = |names: [&'static str; 3], values: Vec<f64>| names.into_iter().zip(values);
    let mut quantities: Quantities = named(["X1", "X2", "X3"], output(&right, 0)).collect();
    quantities.extend(named(["O1", "O2", "O3"], output(&right, 1)));
    let names = ["X1 with W", "X2 with W", "X3 with W"];
    quantities.extend(named(names, output(&wrong, 0)));
    quantities
}

/// y = −7.7 σ(.98a − 1.3b − 3.5) + 7.4 σ(1.8a + .2b + 3.4) − 7.6 σ(.67a + 1.3b − 3.5).
pub fn three_hidden_units() -> Quantities {
    let layers = [linear(3, true), LayerSpec::Sigmoid, linear(1, false)];
    let hidden = array![[0.98, -1.3], [1.8, 0.2], [0.67, 1.3]].into_dyn();
    let weights = [
        ("0.weight", hidden),
        ("0.bias", array![-3.5, 3.4, -3.5].into_dyn()),
        ("2.weight", array![[-7.7, 7.4, -7.6]].into_dyn()),
    ];
    let mut model = network(&plan(&[2], &layers), LossSpec::SquaredError, weights);
    let points = array![[0.0, 0.0], [1.0, 1.0], [4.0, 4.0], [-4.0, -4.0]];
    let any = Array2::zeros((4, 1));
    let batch = Batch::new(points.view(), any.view());
    let y = model.evaluate(Mode::Evaluation, batch).output;
    ["y(0, 0)", "y(1, 1)", "y(4, 4)", "y(-4, -4)"]
        .into_iter()
        .zip(y)
        .collect()
}

fn parameters(plan: &[PlannedLayer]) -> f64 {
    let counts = plan.iter().map(PlannedLayer::parameter_count);
    counts.sum::<usize>() as f64
}

/// Parameters of d-q-l networks with thresholds.
pub fn one_hidden_layer() -> Quantities {
    let count = |name, d, q, l| {
        let layers = [linear(q, true), LayerSpec::Sigmoid, linear(l, true)];
        (name, parameters(&plan(&[d], &layers)))
    };
    vec![
        count("d = 2, q = 2, l = 1", 2, 2, 1),
        count("d = 4, q = 10, l = 3", 4, 10, 3),
        count("d = 784, q = 30, l = 10", 784, 30, 10),
    ]
}

/// Parameters of `configs/lenet5-1998.toml`, layer by layer.
pub fn lenet5() -> Quantities {
    let text = include_str!("../../../../configs/lenet5-1998.toml");
    let config = Config::parse(
        Path::new("lenet5-1998.toml"),
        text.into(),
        &Overrides::default(),
    );
    let config = config.expect("the config of the repository can be run");
    let network = config.experiment.network();
    let network = network.expect("the config of the repository has a network");
    let plan = plan(&[1, 32, 32], &network.model.layers);
    let of = |name: &'static str| {
        let layers: Vec<_> = plan
            .iter()
            .filter(|layer| layer.name == name)
            .cloned()
            .collect();
        (name, parameters(&layers))
    };
    let layers = ["C1", "S2", "C3", "S4", "C5", "F6"].map(of);
    let all = layers.iter().map(|(_, count)| count).sum();
    layers.into_iter().chain([("trainable", all)]).collect()
}
