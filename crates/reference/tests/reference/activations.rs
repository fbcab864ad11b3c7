//! Every activation's gradient, in f64, against central differences, and the points where
//! implementations differ.

use ndarray::{Array2, ArrayD, array};
use reference::{Backend, Model};
use spec::model::{LayerSpec, LeakyReluSpec, PlannedLayer};
use spec::{Implementation, NamedTensors};

use crate::support::{
    assert_all_close, assert_close, linear, passes, plan, random, random_parameters,
};

const LEAKY: LayerSpec = LayerSpec::LeakyRelu(LeakyReluSpec { slope: 0.2 });

const ACTIVATIONS: [LayerSpec; 6] = [
    LayerSpec::Sigmoid,
    LayerSpec::Tanh,
    LayerSpec::Relu,
    LEAKY,
    LayerSpec::Identity,
    LayerSpec::Softmax,
];

/// Σ dy ⊙ y, computed without autodiff.
fn objective(model: &mut Model<f64>, x: &Array2<f64>, dy: &Array2<f64>) -> f64 {
    let output = model.evaluate(x.view(), dy.view()).output;
    (output * dy).sum()
}

/// (f(v + h) − f(v − h)) / 2h for every value v of a tensor.
fn differences(values: &ArrayD<f64>, mut f: impl FnMut(&ArrayD<f64>) -> f64) -> ArrayD<f64> {
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

/// Gradients of a network at every parameter and the input.
fn check(plan: &[PlannedLayer], parameters: &NamedTensors<f64>, backend: Backend) {
    let x = random(5, 3, 2);
    let dy = random(5, 2, 3);
    let mut model = passes(plan, backend, parameters);
    let found = model.backward(x.view(), dy.view());
    assert_close(found.loss, objective(&mut model, &x, &dy), 1e-14);
    let dx = differences(&x.clone().into_dyn(), |x| {
        let x = x.clone().into_dimensionality().unwrap();
        objective(&mut model, &x, &dy)
    });
    assert_all_close(found.gradients.get("x").unwrap(), &dx, 1e-9);
    for (name, values) in parameters.iter() {
        let gradient = differences(values, |moved| {
            let mut parameters = parameters.clone();
            parameters.insert(name, moved.clone());
            model.load(&parameters).unwrap();
            objective(&mut model, &x, &dy)
        });
        assert_all_close(found.gradients.get(name).unwrap(), &gradient, 1e-9);
    }
}

#[test]
fn gradients_are_those_of_central_differences() {
    for backend in Backend::ALL {
        for activation in ACTIVATIONS {
            let plan = plan(3, &[linear(4, true), activation, linear(2, true)]);
            check(&plan, &random_parameters(&plan, 1), backend);
        }
    }
}

/// Outputs and input gradients (for dy = 1) of one activation alone.
fn alone(activation: LayerSpec, x: &[f64], backend: Backend) -> (Vec<f64>, Vec<f64>) {
    let plan = plan(1, &[activation]);
    let x = Array2::from_shape_vec((x.len(), 1), x.to_vec()).unwrap();
    let dy = Array2::ones(x.dim());
    let mut model = passes(&plan, backend, &NamedTensors::default());
    let found = model.backward(x.view(), dy.view());
    let values = |tensor: Option<&ArrayD<f64>>| tensor.unwrap().iter().copied().collect();
    (
        values(found.outputs.get("0.output")),
        values(found.gradients.get("x")),
    )
}

#[test]
fn sigmoid_is_right_to_the_last_digits_of_f64() {
    let points = [-800.0, -50.0, -3.0, -0.1, 0.0, 0.7, 2.0, 36.0, 50.0, 800.0];
    for backend in Backend::ALL {
        let (y, dx) = alone(LayerSpec::Sigmoid, &points, backend);
        for (i, x) in points.into_iter().enumerate() {
            let e = (-f64::abs(x)).exp();
            let expected = if x >= 0.0 { 1.0 } else { e } / (1.0 + e);
            assert!(
                (y[i] - expected).abs() <= 1e-13 * expected,
                "σ({x}) = {}",
                y[i]
            );
            // 1 − y loses the digits of e: absolute, not relative.
            assert!((dx[i] - e / (1.0 + e).powi(2)).abs() < 1e-15);
        }
    }
}

#[test]
fn derivatives_at_a_kink_are_those_of_pytorch() {
    for backend in Backend::ALL {
        assert_eq!(
            alone(LayerSpec::Relu, &[-1.0, 0.0, 2.0], backend),
            (vec![0.0, 0.0, 2.0], vec![0.0, 0.0, 1.0])
        );
        assert_eq!(
            alone(LEAKY, &[-1.0, 0.0, 2.0], backend),
            (vec![-0.2, 0.0, 2.0], vec![0.2, 0.2, 1.0])
        );
    }
}

#[test]
fn nan_passes_through_every_activation() {
    for backend in Backend::ALL {
        for activation in ACTIVATIONS {
            let (y, _) = alone(activation, &[f64::NAN], backend);
            assert!(y[0].is_nan());
        }
    }
}

/// burn#3602.
#[test]
fn relu_takes_a_transposed_view() {
    let x = array![[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]];
    let plan = plan(2, &[LayerSpec::Relu]);
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &NamedTensors::default());
        let dy = random(3, 2, 4);
        let found = model.backward(x.t(), dy.view());
        let expected = x.t().mapv(|x| x.max(0.0)).into_dyn();
        assert_eq!(found.outputs.get("0.output"), Some(&expected));
        let expected = x.t().mapv(|x| if x > 0.0 { 1.0 } else { 0.0 }) * &dy;
        assert_eq!(found.gradients.get("x"), Some(&expected.into_dyn()));
    }
}
