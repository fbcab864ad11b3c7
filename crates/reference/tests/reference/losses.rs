//! Every loss against a plain f64 computation, at moderate and at large outputs.

use ndarray::{Array2, Zip, array};
use reference::{Backend, Model};
use spec::Implementation;
use spec::model::LayerSpec;
use spec::training::LossSpec;

use crate::support::{assert_all_close, assert_close, plan, random, sgd};

/// Loss and its gradient.
type Expected = (f64, Array2<f64>);

fn squared_error(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let n = y.nrows() as f64;
    let difference = y - t;
    (difference.mapv(|d| d * d).sum() / (2.0 * n), difference / n)
}

fn binary_cross_entropy(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let n = y.nrows() as f64;
    let mut loss = 0.0;
    let gradient = Zip::from(y).and(t).map_collect(|&y, &t| {
        let e = (-y.abs()).exp();
        loss += (y.max(0.0) - y * t + e.ln_1p()) / n;
        // σ(y) and 1 − σ(y), neither by subtraction.
        let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
        let (p, q) = if y >= 0.0 {
            (large, small)
        } else {
            (small, large)
        };
        ((1.0 - t) * p - t * q) / n
    });
    (loss, gradient)
}

fn softmax_cross_entropy(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let n = y.nrows() as f64;
    let mut loss = 0.0;
    let mut gradient = Array2::zeros(y.dim());
    for ((y, t), mut g) in y.rows().into_iter().zip(t.rows()).zip(gradient.rows_mut()) {
        let max = y.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let shifted = y.mapv(|y| y - max);
        let sum = shifted.mapv(f64::exp).sum();
        loss -= (&t * &shifted.mapv(|y| y - sum.ln())).sum() / n;
        g.assign(&((shifted.mapv(|y| y.exp() / sum) * t.sum() - t) / n));
    }
    (loss, gradient)
}

/// Compares loss, gradient and evaluation on both devices.
fn check(
    loss: LossSpec,
    formula: fn(&Array2<f64>, &Array2<f64>) -> Expected,
    y: &Array2<f64>,
    t: &Array2<f64>,
) {
    let plan = plan(y.ncols(), &[LayerSpec::Identity]);
    let (expected, gradient) = formula(y, t);
    for backend in Backend::ALL {
        let mut model = Model::<f64>::new(&plan, loss, &sgd(0.1), backend);
        let found = model.loss_backward(y.view(), t.view());
        assert_close(found.loss, expected, 1e-14);
        let dx = found.gradients.get("x").unwrap();
        assert_all_close(dx, &gradient.clone().into_dyn(), 1e-15);
        assert_close(model.evaluate(y.view(), t.view()).loss, expected, 1e-14);
    }
}

fn one_hot(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(n, k)| {
        f64::from(u8::from(n % columns == k))
    })
}

#[test]
fn squared_error_is_half_the_sum_over_outputs() {
    for scale in [1.0, 50.0, 800.0] {
        let y = random(6, 3, 1) * scale;
        check(LossSpec::SquaredError, squared_error, &y, &random(6, 3, 2));
    }
}

#[test]
fn binary_cross_entropy_is_exact_at_any_logit() {
    let y = array![
        [0.0, 1.5],
        [-2.0, 50.0],
        [-50.0, 800.0],
        [-800.0, 50.0],
        [800.0, -800.0]
    ];
    let t = array![[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.0]];
    check(LossSpec::BinaryCrossEntropy, binary_cross_entropy, &y, &t);
    let soft = t.mapv(|t| 0.1 + 0.8 * t);
    check(
        LossSpec::BinaryCrossEntropy,
        binary_cross_entropy,
        &y,
        &soft,
    );
}

/// −ln σ(50) = e⁻⁵⁰ and −ln(1 − σ(50)) = 50.
#[test]
fn binary_cross_entropy_keeps_its_tail() {
    let plan = plan(1, &[LayerSpec::Identity]);
    for backend in Backend::ALL {
        let loss = LossSpec::BinaryCrossEntropy;
        let mut model = Model::<f64>::new(&plan, loss, &sgd(0.1), backend);
        let right = model.loss_backward(array![[50.0]].view(), array![[1.0]].view());
        let tail = f64::exp(-50.0);
        assert!((right.loss / tail - 1.0).abs() < 1e-12);
        let dx = right.gradients.get("x").unwrap()[[0, 0]];
        assert!((dx / -tail - 1.0).abs() < 1e-12);
        let wrong = model.loss_backward(array![[50.0]].view(), array![[0.0]].view());
        assert_eq!(wrong.loss, 50.0);
    }
}

#[test]
fn softmax_cross_entropy_is_exact_at_any_logit() {
    let t = one_hot(6, 3);
    for scale in [1.0, 50.0, 800.0] {
        let y = random(6, 3, 3) * scale;
        check(LossSpec::SoftmaxCrossEntropy, softmax_cross_entropy, &y, &t);
    }
    let y = array![
        [800.0, -800.0, 0.0],
        [-800.0, 800.0, 800.0],
        [50.0, 50.0, -50.0]
    ];
    check(
        LossSpec::SoftmaxCrossEntropy,
        softmax_cross_entropy,
        &y,
        &one_hot(3, 3),
    );
}

#[test]
fn a_loss_of_nan_is_told() {
    let plan = plan(2, &[LayerSpec::Identity]);
    for backend in Backend::ALL {
        for loss in [
            LossSpec::SquaredError,
            LossSpec::BinaryCrossEntropy,
            LossSpec::SoftmaxCrossEntropy,
        ] {
            let mut model = Model::<f32>::new(&plan, loss, &sgd(0.1), backend);
            let y = array![[f32::NAN, 1.0]];
            let t = array![[1.0, 0.0]];
            assert!(model.evaluate(y.view(), t.view()).loss.is_nan());
        }
    }
}
