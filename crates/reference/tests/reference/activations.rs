//! Every activation's gradient, in f64, against central differences, and the points where
//! implementations differ.

use contract::{Implementation, NamedTensors};
use ndarray::{Array2, ArrayD, array};
use reference::Backend;
use spec::model::{EluSpec, LayerSpec, LeakyReluSpec};

use crate::support::{check, linear, passes, plan, random};

const LEAKY: LayerSpec = LayerSpec::LeakyRelu(LeakyReluSpec { slope: 0.2 });

const ELU: LayerSpec = LayerSpec::Elu(EluSpec { alpha: 0.7 });

const ACTIVATIONS: [LayerSpec; 9] = [
    LayerSpec::Sigmoid,
    LayerSpec::Tanh,
    LayerSpec::ScaledTanh,
    ELU,
    LayerSpec::Softplus,
    LayerSpec::Relu,
    LEAKY,
    LayerSpec::Identity,
    LayerSpec::Softmax,
];

#[test]
fn gradients_are_those_of_central_differences() {
    for backend in Backend::ALL {
        for activation in ACTIVATIONS {
            let plan = plan(3, &[linear(4, true), activation, linear(2, true)]);
            check(&plan, &random(5, 3, 2), backend);
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
fn a_bent_function_is_finite_with_its_gradient_everywhere() {
    let points = [-800.0, -1.0, 0.0, 1.0, 800.0];
    let e = f64::exp(-1.0);
    for backend in Backend::ALL {
        let (y, dx) = alone(ELU, &points, backend);
        assert_eq!(y, [-0.7, 0.7 * (e - 1.0), 0.0, 1.0, 800.0]);
        assert_eq!(dx, [0.0, 0.7 * e, 0.7, 1.0, 1.0]);
        let (y, dx) = alone(LayerSpec::Softplus, &points, backend);
        assert_eq!((y[0], y[2], y[4]), (0.0, f64::ln(2.0), 800.0));
        assert!((dx[1] - e / (1.0 + e)).abs() < 1e-15);
        assert_eq!((dx[0], dx[2], dx[4]), (0.0, 0.5, 1.0));
    }
}

#[test]
fn a_scaled_tanh_is_one_at_one() {
    for backend in Backend::ALL {
        let (y, dx) = alone(LayerSpec::ScaledTanh, &[1.0, -1.0, 0.0], backend);
        assert!((y[0] - 1.0).abs() < 1e-4 && y[1] == -y[0]);
        assert!((dx[2] - 1.7159 * 2.0 / 3.0).abs() < 1e-15);
    }
}

#[test]
fn a_step_is_one_from_zero_on_and_has_no_gradient() {
    for backend in Backend::ALL {
        let (y, dx) = alone(LayerSpec::Step, &[-2.0, -1e-300, 0.0, 1e300], backend);
        assert_eq!(y, [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(dx, [0.0; 4]);
    }
}

#[test]
fn nan_passes_through_every_activation() {
    for backend in Backend::ALL {
        for activation in ACTIVATIONS.into_iter().chain([LayerSpec::Step]) {
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
