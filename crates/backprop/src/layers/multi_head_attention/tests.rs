use super::*;
use crate::layers::testing::{TRAINING, prove, random};
use ndarray::{Array2, ArrayView2, s};
use spec::model::{LayerSpec, ModelSpec};

const WIDTH: usize = 6;

/// A layer with heads of two numbers, and its parameters.
fn layer(steps: usize, causal: bool, bias: bool) -> (MultiHeadAttention<f64>, Vec<f64>) {
    let spec = MultiHeadAttentionSpec {
        causal,
        bias,
        ..MultiHeadAttentionSpec::new(3)
    };
    let model = ModelSpec::new(vec![LayerSpec::MultiHeadAttention(spec.clone())]);
    let planned = &model.plan(&[steps, WIDTH]).unwrap()[0];
    let w = random(1, planned.parameter_count(), "w")
        .into_raw_vec_and_offset()
        .0;
    (MultiHeadAttention::new(planned, &spec), w)
}

fn forward(layer: &mut MultiHeadAttention<f64>, w: &[f64], x: ArrayView2<f64>) -> Array2<f64> {
    let mut y = Array2::from_elem(x.raw_dim(), f64::NAN);
    layer.forward(w, x, y.view_mut(), TRAINING);
    y
}

fn set_lengths(layer: &mut MultiHeadAttention<f64>, lengths: Option<&[usize]>) {
    Layer::<f64>::set_lengths(layer, lengths);
}

#[test]
fn gradients_agree_with_central_differences() {
    for (steps, causal, bias) in [
        (4, false, true),
        (4, true, false),
        (1, true, true),
        (30, true, true),
    ] {
        let (mut layer, w) = layer(steps, causal, bias);
        let x = random(2, steps * WIDTH, "x");
        prove(&mut layer, &w, x.clone(), steps * WIDTH);
        set_lengths(&mut layer, Some(&[steps, 1]));
        prove(&mut layer, &w, x, steps * WIDTH);
    }
}

#[test]
fn a_causal_output_does_not_depend_on_what_comes_later() {
    let steps = 60;
    let (mut layer, w) = layer(steps, true, true);
    let x = random(1, steps * WIDTH, "x");
    let y = forward(&mut layer, &w, x.view());
    for from in [1, 2, 23, 24, 25, 59] {
        let mut other = x.clone();
        let mut later = other.slice_mut(s![.., from * WIDTH..]);
        later.assign(&random(1, (steps - from) * WIDTH, "later"));
        let other = forward(&mut layer, &w, other.view());
        let before = s![.., ..from * WIDTH];
        assert_eq!(y.slice(before), other.slice(before), "from {from} on");
        assert_ne!(
            y.slice(s![.., from * WIDTH..]),
            other.slice(s![.., from * WIDTH..])
        );
    }
}

/// Whatever stands behind the end, and however much of it there is.
#[test]
fn more_padding_changes_no_bit() {
    for causal in [false, true] {
        for length in [1, 5, 26] {
            let (mut exact, w) = layer(length, causal, true);
            let x = random(1, length * WIDTH, "x");
            let y = forward(&mut exact, &w, x.view());
            for steps in [length + 1, 40] {
                let (mut padded, _) = layer(steps, causal, true);
                let mut long = random(1, steps * WIDTH, "padding");
                long.slice_mut(s![.., ..length * WIDTH]).assign(&x);
                set_lengths(&mut padded, Some(&[length]));
                let long = forward(&mut padded, &w, long.view());
                assert_eq!(long.slice(s![.., ..length * WIDTH]), y);
                let bias = &w[w.len() - WIDTH..];
                let behind = long.slice(s![0, length * WIDTH..]).to_vec();
                assert!(
                    behind.chunks(WIDTH).all(|y| y == bias),
                    "padding finds nothing"
                );
            }
        }
    }
}

/// What is behind the end gets no gradient, and gives none but that of the last bias.
#[test]
fn padding_has_no_gradient() {
    let steps = 5;
    let (mut layer, w) = layer(steps, false, true);
    let x = random(2, steps * WIDTH, "x");
    set_lengths(&mut layer, Some(&[3, 5]));
    let y = forward(&mut layer, &w, x.view());
    let dy = random(2, steps * WIDTH, "dy");
    let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
    let pass = Pass {
        x: x.view(),
        y: y.view(),
        dy: dy.view(),
    };
    layer.backward(&w, pass, Some(dx.view_mut()), &mut vec![0.0; w.len()]);
    assert!(dx.slice(s![0, 3 * WIDTH..]).iter().all(|&dx| dx == 0.0));
    assert!(dx.slice(s![0, ..3 * WIDTH]).iter().all(|&dx| dx != 0.0));
}

#[test]
fn a_batch_is_its_sequences_one_by_one() {
    let steps = 7;
    let (mut layer, w) = layer(steps, true, true);
    let (x, lengths) = (random(4, steps * WIDTH, "x"), [7, 1, 4, 6]);
    set_lengths(&mut layer, Some(&lengths));
    let y = forward(&mut layer, &w, x.view());
    for sample in 0..4 {
        let row = s![sample..=sample, ..];
        set_lengths(&mut layer, Some(&lengths[sample..=sample]));
        assert_eq!(forward(&mut layer, &w, x.slice(row)), y.slice(row));
    }
}

/// Rows of true positions sum to one, what is hidden has a weight of exactly 0.
#[test]
fn weights_sum_to_one_and_are_zero_on_padding() {
    let steps = 30;
    for causal in [false, true] {
        let (mut layer, w) = layer(steps, causal, true);
        let lengths = [30, 1, 26];
        set_lengths(&mut layer, Some(&lengths));
        forward(&mut layer, &w, random(3, steps * WIDTH, "x").view());
        for (sample, length) in lengths.into_iter().enumerate() {
            let weights = Layer::<f64>::attention(&layer, sample).remove(0);
            assert_eq!(weights.dim(), (3, steps, steps));
            for ((_, query, key), &weight) in weights.indexed_iter() {
                let seen = query < length && key < length && (!causal || key <= query);
                assert_eq!(seen, weight > 0.0, "{sample}: {query}, {key}: {weight}");
            }
            for query in 0..length {
                let of_heads = weights.slice(s![.., query, ..]);
                let sums = of_heads.sum_axis(ndarray::Axis(1));
                assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-14));
            }
        }
    }
}
