//! The notes' first idea of what to blame a hidden unit for: the error e of each output is split in
//! proportion to the weights that lead to it,
//!
//! ```text
//! e_h = Σ_k w_kh / (Σ_j w_kj) · e_k
//! ```
//!
//! beside what backpropagation gives, dh = Vᵀ (e ⊙ σ'). The net is that of the notes, with a second
//! matrix and a target of ours.

mod support;

use backprop::Model;
use contract::{Batch, Implementation, Streams};
use ndarray::{Array1, Array2, array};
use spec::model::LayerSpec;
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use support::{linear, parameters, plan};

/// The notes' first weights, a row for each hidden unit.
fn first() -> Array2<f64> {
    array![[0.1, 0.7, 0.8], [0.3, 0.6, 0.9], [0.6, 0.5, 0.1]]
}

/// Ours, a row for each output.
fn second() -> Array2<f64> {
    array![[0.5, -0.3, 0.4], [0.2, 0.6, -0.1], [-0.4, 0.3, 0.7]]
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// The hidden activations of the notes' input.
fn hidden() -> Array1<f64> {
    first().dot(&array![0.5, 0.6, 0.1]).mapv(sigmoid)
}

fn target(outputs: usize) -> Array1<f64> {
    array![0.2, 0.9, 0.5].slice_move(ndarray::s![..outputs])
}

/// o − t.
fn errors(v: &Array2<f64>) -> Array1<f64> {
    v.dot(&hidden()).mapv(sigmoid) - target(v.nrows())
}

/// Every error split in proportion to the weights.
fn split(v: &Array2<f64>, e: &Array1<f64>) -> Array1<f64> {
    let mut shares = v.clone();
    for mut row in shares.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
    shares.t().dot(e)
}

/// The gradient of ½ |o − t|² by the hidden activations, by the layers of this crate.
fn backpropagated(v: &Array2<f64>, activation: LayerSpec) -> Array1<f64> {
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 1.0 });
    let training = TrainingSpec::new(LossSpec::SquaredError, rule);
    let plan = plan(v.ncols(), &[linear(v.nrows(), false), activation]);
    let mut model: Model<f64> = Model::new(&plan, &training, Streams::new(1));
    model
        .load(&parameters([("0.weight", v.clone().into_dyn())]))
        .unwrap();
    let x = hidden().insert_axis(ndarray::Axis(0));
    let t = target(v.nrows()).insert_axis(ndarray::Axis(0));
    let passed = model.loss_backward(Batch::new(x.view(), t.view()));
    passed.gradients.get("x").unwrap().iter().copied().collect()
}

/// ½ |o − t|² where the hidden activations are moved.
fn loss(v: &Array2<f64>, moved: &Array1<f64>) -> f64 {
    let o = v.dot(&(hidden() + moved)).mapv(sigmoid);
    (o - target(v.nrows())).mapv(|e| e * e).sum() / 2.0
}

#[track_caller]
fn assert_close(found: &Array1<f64>, expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-11, "{found}, not {expected}");
    }
}

#[test]
fn the_numbers_of_the_example() {
    let (v, e) = (second(), errors(&second()));
    assert_close(&e, &[0.394487315303, -0.289497052959, 0.097149317533]);
    let shared = split(&v, &e);
    assert_close(&shared, &[0.181259774028, -0.396809329993, 0.417689135842]);
    // Nothing is lost in the split, which is all that can be said for it.
    assert!((shared.sum() - e.sum()).abs() < 1e-15);
    let true_blame = backpropagated(&v, LayerSpec::Sigmoid);
    assert_close(
        &true_blame,
        &[0.024433929379, -0.062822386696, 0.061283190569],
    );
}

/// Dropping the sums in the denominators, as the notes go on to do, gives Vᵀ e: that is the
/// gradient where outputs are linear, and lacks the derivative of the activation where they are
/// not.
#[test]
fn without_the_denominators_it_is_the_gradient_of_linear_outputs() {
    let v = second();
    let linear = backpropagated(&v, LayerSpec::Identity);
    let e = v.dot(&hidden()) - target(3);
    assert_close(&linear, v.t().dot(&e).as_slice().unwrap());
    let e = errors(&v);
    let o = &e + &target(3);
    let slope = o.mapv(|o| o * (1.0 - o));
    let with_slope = v.t().dot(&(&e * &slope));
    assert_close(
        &backpropagated(&v, LayerSpec::Sigmoid),
        with_slope.as_slice().unwrap(),
    );
}

#[test]
fn weights_that_sum_to_zero_have_no_shares() {
    let mut v = second();
    v.row_mut(0).assign(&array![0.5, -0.75, 0.25]);
    assert!(
        split(&v, &errors(&v))
            .iter()
            .all(|share| !share.is_finite())
    );
    let finite = backpropagated(&v, LayerSpec::Sigmoid);
    assert!(finite.iter().all(|dh| dh.abs() < 0.1), "{finite}");
    // Near zero the shares have no bound.
    v[[0, 2]] += 1e-9;
    let huge = split(&v, &errors(&v));
    assert!(huge.iter().all(|share| share.abs() > 1e7), "{huge}");
}

/// Where they sum to less than zero, the shares of a single output point up the slope of the loss.
#[test]
fn weights_that_sum_to_less_than_zero_turn_the_blame_around() {
    let v = array![[0.1, -0.5, 0.1]];
    let (shared, gradient) = (
        split(&v, &errors(&v)),
        backpropagated(&v, LayerSpec::Sigmoid),
    );
    let cosine = shared.dot(&gradient) / (shared.dot(&shared) * gradient.dot(&gradient)).sqrt();
    assert!((cosine + 1.0).abs() < 1e-12, "{cosine}");
    let here = loss(&v, &Array1::zeros(3));
    assert!(loss(&v, &(-0.01 * &shared)) > here);
    assert!(loss(&v, &(-0.01 * &gradient)) < here);
}
