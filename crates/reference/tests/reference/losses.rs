//! Every loss against a plain f64 computation, at moderate and at large outputs.

use contract::{Batch, Implementation, Mode, NamedTensors};
use ndarray::{Array2, ArrayView1, Zip, array};
use reference::Backend;
use spec::losses::MaximumAPosterioriSpec;
use spec::model::LayerSpec;
use spec::training::LossSpec;

use crate::support::{assert_all_close, assert_close, model, plan, random, sgd};

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

fn sum_of_squares(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let (loss, gradient) = squared_error(y, t);
    (2.0 * loss, gradient * 2.0)
}

fn mean_of_squares(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let (loss, gradient) = sum_of_squares(y, t);
    let k = y.ncols() as f64;
    (loss / k, gradient / k)
}

fn kl_divergence(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let (loss, gradient) = softmax_cross_entropy(y, t);
    let entropy = t.mapv(|t| if t == 0.0 { 0.0 } else { t * t.ln() }).sum();
    (loss + entropy / y.nrows() as f64, gradient)
}

/// The place of the largest, the first if there are several.
fn right_class(t: ArrayView1<f64>) -> usize {
    (1..t.len()).fold(0, |best, k| if t[k] > t[best] { k } else { best })
}

/// Σ cost(yⱼ − y_c + 1) / N, with the derivative of the cost.
fn margins(y: &Array2<f64>, t: &Array2<f64>, cost: fn(f64) -> (f64, f64)) -> Expected {
    let n = y.nrows() as f64;
    let (mut loss, mut gradient) = (0.0, Array2::zeros(y.dim()));
    for ((y, t), mut g) in y.rows().into_iter().zip(t.rows()).zip(gradient.rows_mut()) {
        let c = right_class(t);
        for j in (0..y.len()).filter(|j| *j != c) {
            let (value, slope) = cost(y[j] - y[c] + 1.0);
            loss += value / n;
            g[j] += slope / n;
            g[c] -= slope / n;
        }
    }
    (loss, gradient)
}

fn hinge(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    margins(y, t, |m| if m > 0.0 { (m, 1.0) } else { (0.0, 0.0) })
}

fn squared_hinge(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    margins(y, t, |m| {
        if m > 0.0 {
            (m * m, 2.0 * m)
        } else {
            (0.0, 0.0)
        }
    })
}

const RUBBISH: f64 = 0.3;

fn maximum_a_posteriori(y: &Array2<f64>, t: &Array2<f64>) -> Expected {
    let n = y.nrows() as f64;
    let (mut loss, mut gradient) = (0.0, Array2::zeros(y.dim()));
    for ((y, t), mut g) in y.rows().into_iter().zip(t.rows()).zip(gradient.rows_mut()) {
        let c = right_class(t);
        let least = y.fold(RUBBISH, |a, &b| a.min(b));
        let e = |y: f64| (least - y).exp();
        let sum = e(RUBBISH) + y.mapv(e).sum();
        loss += (y[c] - least + sum.ln()) / n;
        g.assign(&(y.mapv(e) / (-sum * n)));
        g[c] += 1.0 / n;
    }
    (loss, gradient)
}

/// Compares loss, gradient and evaluation on both devices.
fn check(
    loss: LossSpec,
    formula: impl Fn(&Array2<f64>, &Array2<f64>) -> Expected,
    y: &Array2<f64>,
    t: &Array2<f64>,
) {
    let plan = plan(y.ncols(), &[LayerSpec::Identity]);
    let (expected, gradient) = formula(y, t);
    for backend in Backend::ALL {
        let mut model = model::<f64>(&plan, loss, sgd(0.1), backend, &NamedTensors::default());
        let found = model.loss_backward(Batch::new(y.view(), t.view()));
        assert_close(found.loss, expected, 1e-14);
        let dx = found.gradients.get("x").unwrap();
        assert_all_close(dx, &gradient.clone().into_dyn(), 1e-15);
        assert_close(
            model
                .evaluate(Mode::Evaluation, Batch::new(y.view(), t.view()))
                .loss,
            expected,
            1e-14,
        );
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
        let mut model = model::<f64>(&plan, loss, sgd(0.1), backend, &NamedTensors::default());
        let right = model.loss_backward(Batch::new(array![[50.0]].view(), array![[1.0]].view()));
        let tail = f64::exp(-50.0);
        assert!((right.loss / tail - 1.0).abs() < 1e-12);
        let dx = right.gradients.get("x").unwrap()[[0, 0]];
        assert!((dx / -tail - 1.0).abs() < 1e-12);
        let wrong = model.loss_backward(Batch::new(array![[50.0]].view(), array![[0.0]].view()));
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
fn squares_are_summed_or_averaged_over_the_outputs() {
    let (y, t) = (random(6, 3, 1), random(6, 3, 2));
    check(LossSpec::SumOfSquares, sum_of_squares, &y, &t);
    check(LossSpec::MeanOfSquares, mean_of_squares, &y, &t);
}

#[test]
fn kl_divergence_takes_targets_of_zero() {
    let t = array![[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.3, 0.5]];
    for scale in [1.0, 50.0, 800.0] {
        let y = random(3, 3, 3) * scale;
        check(LossSpec::KlDivergence, kl_divergence, &y, &t);
    }
}

#[test]
fn a_hinge_pushes_only_classes_that_come_too_near() {
    for scale in [0.1, 1.0, 50.0] {
        let (y, t) = (random(9, 4, 5) * scale, one_hot(9, 4));
        check(LossSpec::Hinge, hinge, &y, &t);
        check(LossSpec::SquaredHinge, squared_hinge, &y, &t);
    }
    // At the kink, m = 0, there is no push; of equal targets the first is right.
    let (y, t) = (array![[2.0, 1.0, 1.5]], array![[0.5, 0.5, 0.0]]);
    check(LossSpec::Hinge, hinge, &y, &t);
    check(LossSpec::SquaredHinge, squared_hinge, &y, &t);
}

/// E(s y) of one output, its derivative by s y, and both summed over outputs and signs.
fn of_signs(y: &Array2<f64>, t: &Array2<f64>, cost: impl Fn(f64) -> (f64, f64)) -> Expected {
    let n = y.nrows() as f64;
    let mut loss = 0.0;
    let gradient = Zip::from(y).and(t).map_collect(|&y, &t| {
        let sign = if t > 0.0 { 1.0 } else { -1.0 };
        let (value, slope) = cost(sign * y);
        loss += value / n;
        sign * slope / n
    });
    (loss, gradient)
}

#[test]
fn losses_of_signs_ask_each_output_by_itself() {
    let perceptron = |m: f64| if m > 0.0 { (0.0, 0.0) } else { (-m, -1.0) };
    let squared = |m: f64| (0.5 * (m - 1.0).powi(2), m - 1.0);
    let hinge = |m: f64| {
        let shortfall = (1.0 - m).max(0.0);
        (shortfall * shortfall, -2.0 * shortfall)
    };
    let mut y = random(9, 4, 5);
    // At the threshold, the perceptron's kink, there is an update.
    y[[0, 0]] = 0.0;
    y[[0, 1]] = 0.0;
    for targets in [one_hot(9, 4), one_hot(9, 4) * 2.0 - 1.0] {
        for scale in [0.1, 1.0, 50.0] {
            let y = &y * scale;
            let check =
                |loss, expected: Expected| check(loss, |_, _| expected.clone(), &y, &targets);
            check(LossSpec::Perceptron, of_signs(&y, &targets, perceptron));
            check(
                LossSpec::SignedSquaredError,
                of_signs(&y, &targets, squared),
            );
            check(LossSpec::BinarySquaredHinge, of_signs(&y, &targets, hinge));
        }
    }
}

#[test]
fn the_criterion_of_lenet_is_exact_at_any_penalty() {
    let loss = LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: RUBBISH });
    for scale in [1.0, 50.0, 800.0] {
        let y = random(6, 3, 3) * scale;
        check(loss, maximum_a_posteriori, &y, &one_hot(6, 3));
        check(
            loss,
            maximum_a_posteriori,
            &y.mapv(f64::abs),
            &one_hot(6, 3),
        );
    }
}

#[test]
fn a_loss_of_nan_is_told() {
    let plan = plan(2, &[LayerSpec::Identity]);
    for backend in Backend::ALL {
        for loss in [
            LossSpec::SquaredError,
            LossSpec::BinaryCrossEntropy,
            LossSpec::SoftmaxCrossEntropy,
            LossSpec::KlDivergence,
            LossSpec::Hinge,
            LossSpec::SquaredHinge,
            LossSpec::Perceptron,
            LossSpec::SignedSquaredError,
            LossSpec::BinarySquaredHinge,
            LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 }),
        ] {
            let mut model = model::<f32>(&plan, loss, sgd(0.1), backend, &NamedTensors::default());
            let y = array![[f32::NAN, 1.0]];
            let t = array![[1.0, 0.0]];
            assert!(
                model
                    .evaluate(Mode::Evaluation, Batch::new(y.view(), t.view()))
                    .loss
                    .is_nan()
            );
        }
    }
}
