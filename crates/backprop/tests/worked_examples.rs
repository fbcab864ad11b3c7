//! Numbers worked by hand in lectures: the first witness of the gradients.
//!
//! Expected values are written as text, as the exact column has them: a value must agree to a
//! relative 1e-9, or to the last digit that is printed.

mod support;

use backprop::Model;
use contract::{Batch, Implementation, Mode, NamedTensors, Step, Streams};
use ndarray::{Array2, ArrayD, array};
use spec::model::{LayerSpec, PlannedLayer};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use support::{linear, parameters, plan};

const RELATIVE: f64 = 1e-9;

/// η = 1.
const STEP: Step = Step {
    number: 1,
    learning_rate: 1.0,
};

/// Half a unit of the last printed digit.
fn resolution(printed: &str) -> f64 {
    let decimals = printed
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    0.5 * 10f64.powi(-(decimals as i32))
}

#[track_caller]
fn assert_printed(found: f64, printed: &str) {
    let exact: f64 = printed.parse().unwrap();
    // Half a printed unit is not exact in binary.
    let bound = (exact.abs() * RELATIVE).max(resolution(printed) * (1.0 + RELATIVE));
    assert!(
        (found - exact).abs() <= bound,
        "{found} is not the printed {printed}"
    );
}

/// Every value of a tensor, in the order of its memory.
#[track_caller]
fn assert_all_printed(found: &ArrayD<f64>, printed: &[&str]) {
    assert_eq!(found.len(), printed.len());
    for (found, printed) in found.iter().zip(printed) {
        assert_printed(*found, printed);
    }
}

/// Squared error, gradient descent with η = 1.
fn model(plan: &[PlannedLayer], given: &NamedTensors<f64>) -> Model<f64> {
    let learning_rate = 1.0;
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate });
    let mut model = Model::new(
        plan,
        &TrainingSpec::new(LossSpec::SquaredError, rule),
        Streams::new(1),
    );
    model.load(given).unwrap();
    model
}

/// Example 1: f = σ(w₀x₀ + w₁x₁ + w₂) with w = (2, −3, −3), x = (−1, −2); w₂ is the bias.
#[test]
fn a_circuit_of_one_unit() {
    let plan = plan(2, &[linear(1, true), LayerSpec::Sigmoid]);
    let given = parameters([
        ("0.weight", array![[2.0, -3.0]].into_dyn()),
        ("0.bias", array![-3.0].into_dyn()),
    ]);
    let (x, df) = (array![[-1.0, -2.0]], array![[1.0]]);
    let found = model(&plan, &given).backward(x.view(), df.view());
    let gradient = |name| found.gradients.get(name).unwrap();
    assert_all_printed(
        found.outputs.get("1.output").unwrap(),
        &["0.7310585786300049"],
    );
    assert_all_printed(gradient("0.weight"), &["-0.1966119332", "-0.3932238665"]);
    assert_all_printed(gradient("x"), &["0.3932238665", "-0.5898357997"]);
    assert_all_printed(gradient("0.bias"), &["0.1966119332"]);
}

/// Example 2: softmax outputs (0.34, 0.46, 0.20), the true class is the first.
#[test]
fn softmax_cross_entropy_has_the_gradient_p_minus_t() {
    let plan = plan(3, &[LayerSpec::Identity]);
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 1.0 });
    let mut model = Model::new(
        &plan,
        &TrainingSpec::new(LossSpec::SoftmaxCrossEntropy, rule),
        Streams::new(1),
    );
    let logits = array![[0.34f64, 0.46, 0.20]].ln();
    let found = model.loss_backward(Batch::new(logits.view(), array![[1.0, 0.0, 0.0]].view()));
    assert_printed(found.loss, "1.0788096613719298");
    assert_all_printed(
        found.gradients.get("x").unwrap(),
        &["-0.66", "0.46", "0.20"],
    );
}

/// Example 3: 2-2-2, sigmoid, no bias. The lecture's w1 .. w4 lead from an input to both hidden
/// units in turn, so they are the columns of `0.weight`; w5 .. w8 those of `2.weight`.
fn two_two_two() -> Model<f64> {
    let layers = [linear(2, false), LayerSpec::Sigmoid];
    let plan = plan(2, &[layers.clone(), layers].concat());
    let given = parameters([
        ("0.weight", array![[0.20, 0.50], [-0.40, 0.60]].into_dyn()),
        ("2.weight", array![[0.10, -0.30], [-0.50, 0.80]].into_dyn()),
    ]);
    model(&plan, &given)
}

/// Input and target of example 3.
fn two_two_two_batch() -> (Array2<f64>, Array2<f64>) {
    (array![[0.5, 0.3]], array![[0.23, -0.07]])
}

/// w1 .. w8 of example 3 from the weights, or their gradients, by name.
fn as_numbered(tensors: &NamedTensors<f64>) -> Vec<f64> {
    let layers = ["0.weight", "2.weight"].map(|name| tensors.get(name).unwrap());
    let columns = layers
        .iter()
        .flat_map(|w| w.t().iter().copied().collect::<Vec<_>>());
    columns.collect()
}

#[test]
fn a_two_two_two_network_has_the_outputs_and_gradients_of_the_lecture() {
    let (x, t) = two_two_two_batch();
    let found = two_two_two().loss_backward(Batch::new(x.view(), t.view()));
    let output = |name| found.outputs.get(name).unwrap();
    assert_all_printed(
        output("1.output"),
        &["0.5621765008857981", "0.4950001666600003"],
    );
    assert_all_printed(
        output("3.output"),
        &["0.47694575860699684", "0.5286964002912302"],
    );
    assert_printed(found.loss, "0.2097097937078311");
    let printed = [
        // The lecture prints −0.009 for the first.
        "-0.008421480",
        "0.012606653",
        "-0.005052888",
        "0.007563992",
        "0.034632989",
        "0.083866100",
        "0.030494579",
        "0.073844661",
    ];
    for (found, printed) in as_numbered(&found.gradients).into_iter().zip(printed) {
        assert_printed(found, printed);
    }
}

#[test]
fn a_two_two_two_network_has_the_weights_of_the_lecture_after_a_step() {
    let (x, t) = two_two_two_batch();
    let mut model = two_two_two();
    model.train_step(STEP, Batch::new(x.view(), t.view()));
    let printed = [
        ".2084215",
        "-.4126067",
        ".5050529",
        ".5924360",
        ".0653670",
        "-.5838661",
        "-.3304946",
        ".7261553",
    ];
    for (found, printed) in as_numbered(&model.parameters()).into_iter().zip(printed) {
        assert_printed(found, printed);
    }
}

#[test]
fn a_two_two_two_network_learns_as_in_the_lecture() {
    let (x, t) = two_two_two_batch();
    let mut model = two_two_two();
    // The loss before a step is the loss after the steps before it.
    let errors: Vec<f64> = (0..=1000)
        .map(|_| model.train_step(STEP, Batch::new(x.view(), t.view())))
        .collect();
    assert_printed(errors[0], "0.2097097937078311");
    assert_printed(errors[1], ".1950326");
    assert_printed(errors[10], ".1037546");
    assert_printed(errors[100], ".0102535");
    assert_printed(errors[1000], ".0031845");
    // A sigmoid cannot reach the target −.07: at best it comes close to 0.
    let infimum = 0.5 * 0.07 * 0.07;
    assert!(errors.windows(2).all(|pair| pair[1] < pair[0]));
    assert!(errors.iter().all(|&error| error > infimum));
}

/// Example 4: X = Wᵀ I; the other orientation would give (0.29, 0.76, 0.95).
#[test]
fn a_weight_has_a_row_for_each_output() {
    let plan = plan(3, &[linear(3, false), LayerSpec::Sigmoid]);
    let w = array![[0.1, 0.7, 0.8], [0.3, 0.6, 0.9], [0.6, 0.5, 0.1]];
    let given = parameters([("0.weight", w.into_dyn())]);
    let i = array![[0.5, 0.6, 0.1]];
    let found = model(&plan, &given).backward(i.view(), i.view());
    let output = |name| found.outputs.get(name).unwrap();
    assert_all_printed(output("0.output"), &["0.55", "0.60", "0.61"]);
    assert_all_printed(
        output("1.output"),
        &["0.6341355910", "0.6456563062", "0.6479408021"],
    );
}

/// Example 5: y = −7.7 σ(.98a − 1.3b − 3.5) + 7.4 σ(1.8a + .2b + 3.4) − 7.6 σ(.67a + 1.3b − 3.5) at
/// (0, 0), (1, 1), (4, 4) and (−4, −4).
#[test]
fn a_function_of_three_hidden_units_has_the_values_of_the_lecture() {
    let layers = [linear(3, true), LayerSpec::Sigmoid, linear(1, false)];
    let plan = plan(2, &layers);
    let hidden = array![[0.98, -1.3], [1.8, 0.2], [0.67, 1.3]];
    let given = parameters([
        ("0.weight", hidden.into_dyn()),
        ("0.bias", array![-3.5, 3.4, -3.5].into_dyn()),
        ("2.weight", array![[-7.7, 7.4, -7.6]].into_dyn()),
    ]);
    let points = array![[0.0, 0.0], [1.0, 1.0], [4.0, 4.0], [-4.0, -4.0]];
    let any = Array2::zeros((4, 1));
    let y = model(&plan, &given)
        .evaluate(Mode::Evaluation, Batch::new(points.view(), any.view()))
        .output;
    let printed = [
        "6.712536431",
        "5.848754436",
        "-0.1701786105",
        "-0.680803263",
    ];
    assert_all_printed(&y.into_dyn(), &printed);
}

/// Example 6: a d-q-l network with thresholds has (d + l + 1) q + l parameters.
#[test]
fn one_hidden_layer_has_as_many_parameters_as_the_textbook_counts() {
    for (d, q, l) in [(2, 2, 1), (4, 10, 3), (784, 30, 10)] {
        let plan = plan(d, &[linear(q, true), LayerSpec::Sigmoid, linear(l, true)]);
        let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 1.0 });
        let model: Model<f64> = Model::new(
            &plan,
            &TrainingSpec::new(LossSpec::SquaredError, rule),
            Streams::new(1),
        );
        assert_eq!(model.parameters().values(), (d + l + 1) * q + l);
    }
}
