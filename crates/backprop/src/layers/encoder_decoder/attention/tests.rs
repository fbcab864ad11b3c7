use super::*;
use ndarray::{Array2, array};
use spec::model::AdditiveSpec;

/// States and outputs of two numbers, three steps.
const SIZE: Size = Size {
    states: 2,
    outputs: 2,
    steps: 3,
};

/// The query (0.5, −1) against (1, 0), (0, 1), (1, 1), of which so many are true: weights and
/// context.
fn attend(spec: &AttentionSpec, w: &[f64], length: usize) -> (Vec<f64>, Vec<f64>) {
    let keys = array![[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]];
    attend_to(spec, w, &keys, length)
}

fn attend_to(
    spec: &AttentionSpec,
    w: &[f64],
    keys: &Array2<f64>,
    length: usize,
) -> (Vec<f64>, Vec<f64>) {
    let (state, mut context) = (array![[0.5, -1.0]], Array2::from_elem((1, 2), f64::NAN));
    let mut attention = Attention::new(spec, SIZE);
    attention.read(w, keys.view(), &[length]);
    attention.forward(w, 0, state.view(), keys.view(), context.view_mut());
    let weights = attention.weights().row(0).to_vec();
    (weights, context.into_raw_vec_and_offset().0)
}

#[track_caller]
fn close(found: &[f64], expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15, "{found}, not {expected}");
    }
}

/// Worked with numpy.
#[test]
fn dot_products_are_the_worked_numbers() {
    let (weights, context) = attend(&AttentionSpec::Dot, &[], 3);
    let expected = [0.6285317192117624, 0.14024438316608848, 0.23122389762214907];
    close(&weights, &expected);
    close(&context, &[0.8597556168339116, 0.37146828078823757]);
    let (weights, context) = attend(&AttentionSpec::ScaledDot, &[], 3);
    let expected = [0.5436863222802805, 0.188238974263491, 0.2680747034562285];
    close(&weights, &expected);
    close(&context, &[0.811761025736509, 0.45631367771971953]);
    let identity = [1.0, 0.0, 0.0, 1.0];
    let general = attend(&AttentionSpec::General, &identity, 3);
    assert_eq!(general, attend(&AttentionSpec::Dot, &[], 3));
}

fn additive() -> (AttentionSpec, Vec<f64>) {
    let spec = AttentionSpec::Additive(AdditiveSpec { units: 2 });
    let (query, key) = ([0.1, 0.2, 0.3, -0.4], [0.5, -0.6, 0.7, 0.8]);
    let parts = [&query[..], &key, &[1.0, -1.0]];
    (spec, parts.concat())
}

#[test]
fn additive_attention_is_the_worked_numbers() {
    let (spec, w) = additive();
    let (weights, context) = attend(&spec, &w, 3);
    let expected = [0.5361182422372882, 0.19776126942738675, 0.26612048833532514];
    close(&weights, &expected);
    close(&context, &[0.8022387305726133, 0.4638817577627119]);
}

#[test]
fn weights_sum_to_one_and_are_zero_on_padding() {
    let (spec, w) = additive();
    for (spec, w) in [(AttentionSpec::Dot, &[][..]), (spec, &w)] {
        for length in 1..=3 {
            let (weights, _) = attend(&spec, w, length);
            let sum: f64 = weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-15);
            assert!(weights[length..].iter().all(|a| *a == 0.0));
        }
    }
}

/// With one output the context is that output; with equal ones the weights are equal.
#[test]
fn equal_outputs_have_equal_weights() {
    let (spec, w) = additive();
    let (_, context) = attend(&spec, &w, 1);
    assert_eq!(context, [1.0, 0.0]);
    let equal = array![[0.25, -2.0, 0.25, -2.0, 0.25, -2.0]];
    let (weights, context) = attend_to(&spec, &w, &equal, 3);
    assert!(weights.iter().all(|a| *a == weights[0]));
    close(&context, &[0.25, -2.0]);
}

#[test]
fn weights_follow_the_outputs_wherever_they_stand() {
    let (spec, w) = additive();
    let swapped = array![[1.0, 1.0, 1.0, 0.0, 0.0, 1.0]];
    let (a, context) = attend(&spec, &w, 3);
    let (b, same) = attend_to(&spec, &w, &swapped, 3);
    close(&b, &[a[2], a[0], a[1]]);
    close(&context, &same);
}
