//! Numbers worked by hand in lectures.

use contract::{Batch, Implementation, Mode, NamedTensors};
use ndarray::{Array2, array};
use reference::{Backend, Model};
use spec::model::LayerSpec;
use spec::training::LossSpec;

use crate::support::{
    assert_all_close, assert_close, linear, model, parameters, passes, plan, sgd, step,
};

const TOLERANCE: f64 = 1e-12;

/// f = σ(w₀x₀ + w₁x₁ + w₂) with w = (2, −3, −3), x = (−1, −2).
#[test]
fn a_circuit_of_one_unit() {
    let plan = plan(2, &[linear(1, true), LayerSpec::Sigmoid]);
    let given = parameters([
        ("0.weight", array![[2.0, -3.0]].into_dyn()),
        ("0.bias", array![-3.0].into_dyn()),
    ]);
    let f = 0.7310585786300049;
    let df = f * (1.0 - f);
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        let found = model.backward(array![[-1.0, -2.0]].view(), array![[1.0]].view());
        assert_close(found.loss, f, TOLERANCE);
        let expected = parameters([
            ("x", array![[2.0 * df, -3.0 * df]].into_dyn()),
            ("0.weight", array![[-df, -2.0 * df]].into_dyn()),
            ("0.bias", array![df].into_dyn()),
        ]);
        for (name, expected) in expected.iter() {
            assert_all_close(found.gradients.get(name).unwrap(), expected, TOLERANCE);
        }
    }
}

/// Softmax output (0.34, 0.46, 0.20), true class the first.
#[test]
fn softmax_cross_entropy_has_the_gradient_p_minus_t() {
    let plan = plan(3, &[LayerSpec::Identity]);
    let z = array![[0.34f64, 0.46, 0.20]].mapv(f64::ln);
    for backend in Backend::ALL {
        let loss = LossSpec::SoftmaxCrossEntropy;
        let mut model = model::<f64>(&plan, loss, sgd(1.0), backend, &NamedTensors::default());
        let found = model.loss_backward(Batch::new(z.view(), array![[1.0, 0.0, 0.0]].view()));
        assert_close(found.loss, 1.0788096613719298, TOLERANCE);
        let expected = array![[-0.66, 0.46, 0.20]].into_dyn();
        assert_all_close(found.gradients.get("x").unwrap(), &expected, TOLERANCE);
    }
}

/// The 2-2-2 network of example 3.
fn two_two_two(backend: Backend) -> Model<f64> {
    let layers = [linear(2, false), LayerSpec::Sigmoid];
    let plan = plan(2, &[layers.clone(), layers].concat());
    let given = parameters([
        ("0.weight", array![[0.2, 0.5], [-0.4, 0.6]].into_dyn()),
        ("2.weight", array![[0.1, -0.3], [-0.5, 0.8]].into_dyn()),
    ]);
    model(&plan, LossSpec::SquaredError, sgd(1.0), backend, &given)
}

#[test]
fn a_two_two_two_network_has_the_gradients_of_the_lecture() {
    let (x, t) = (array![[0.5, 0.3]], array![[0.23, -0.07]]);
    for backend in Backend::ALL {
        let found = two_two_two(backend).loss_backward(Batch::new(x.view(), t.view()));
        assert_close(found.loss, 0.2097097937078311, TOLERANCE);
        let h = array![[0.5621765008857981, 0.4950001666600003]].into_dyn();
        assert_all_close(found.outputs.get("1.output").unwrap(), &h, TOLERANCE);
        let o = array![[0.47694575860699684, 0.5286964002912302]].into_dyn();
        assert_all_close(found.outputs.get("3.output").unwrap(), &o, TOLERANCE);
        let dw = |name| found.gradients.get(name).unwrap();
        let expected = array![
            [-0.00842148046150221, -0.005052888276901326],
            [0.012606653078458003, 0.007563991847074802]
        ];
        assert_all_close(dw("0.weight"), &expected.into_dyn(), TOLERANCE);
        let expected = array![
            [0.03463298928683772, 0.030494578556568334],
            [0.08386609953820857, 0.07384466121071578]
        ];
        assert_all_close(dw("2.weight"), &expected.into_dyn(), TOLERANCE);
    }
}

#[test]
fn a_two_two_two_network_learns_as_in_the_lecture() {
    let (x, t) = (array![[0.5, 0.3]], array![[0.23, -0.07]]);
    for backend in Backend::ALL {
        let mut model = two_two_two(backend);
        let mut losses = vec![model.train_step(step(1, &sgd(1.0)), Batch::new(x.view(), t.view()))];
        losses.extend(
            (0..100).map(|_| model.train_step(step(1, &sgd(1.0)), Batch::new(x.view(), t.view()))),
        );
        // The loss before a step is the loss after the one before.
        assert_close(losses[0], 0.2097097937078311, TOLERANCE);
        assert_close(losses[1], 0.19503259609013654, TOLERANCE);
        assert_close(losses[10], 0.1037546150044523, TOLERANCE);
        assert_close(losses[100], 0.010253450882778679, TOLERANCE);
    }
}

/// X = Wᵀ I; the other orientation would give (0.29, 0.76, 0.95).
#[test]
fn a_weight_has_a_row_for_each_output() {
    let plan = plan(3, &[linear(3, false), LayerSpec::Sigmoid]);
    let w = array![[0.1, 0.7, 0.8], [0.3, 0.6, 0.9], [0.6, 0.5, 0.1]];
    let given = parameters([("0.weight", w.into_dyn())]);
    let i = array![[0.5, 0.6, 0.1]];
    for backend in Backend::ALL {
        let found = passes(&plan, backend, &given).backward(i.view(), i.view());
        let x = array![[0.55, 0.60, 0.61]].into_dyn();
        assert_all_close(found.outputs.get("0.output").unwrap(), &x, TOLERANCE);
        let o = array![[0.6341355910108007, 0.6456563062257954, 0.6479408020806503]].into_dyn();
        assert_all_close(found.outputs.get("1.output").unwrap(), &o, TOLERANCE);
    }
}

/// y = −7.7 σ(.98a − 1.3b − 3.5) + 7.4 σ(1.8a + .2b + 3.4) − 7.6 σ(.67a + 1.3b − 3.5).
#[test]
fn a_function_of_three_hidden_units() {
    let plan = plan(2, &[linear(3, true), LayerSpec::Sigmoid, linear(1, false)]);
    let given = parameters([
        (
            "0.weight",
            array![[0.98, -1.3], [1.8, 0.2], [0.67, 1.3]].into_dyn(),
        ),
        ("0.bias", array![-3.5, 3.4, -3.5].into_dyn()),
        ("2.weight", array![[-7.7, 7.4, -7.6]].into_dyn()),
    ]);
    let points = Array2::from_shape_fn((4, 2), |(n, _)| [0.0, 1.0, 4.0, -4.0][n]);
    let t = Array2::zeros((4, 1));
    let expected = array![
        [6.712536430735715],
        [5.848754435808016],
        [-0.17017861049304273],
        [-0.6808032628142878]
    ];
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        let y = model
            .evaluate(Mode::Evaluation, Batch::new(points.view(), t.view()))
            .output;
        assert_all_close(&y.into_dyn(), &expected.clone().into_dyn(), TOLERANCE);
    }
}
