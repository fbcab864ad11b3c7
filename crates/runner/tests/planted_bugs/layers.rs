//! Bugs of a layer's backward pass.

use super::support::linear;
use super::*;
use ndarray::{Array2, Axis, s};
use spec::model::{
    BatchNormSpec, Conv2dSpec, DropoutSpec, LayerSpec, LinearSpec, PoolSpec, ResidualSpec,
};

/// dx = dy Wᵀ instead of dy W: it only fits because W is square.
#[test]
fn a_transposed_weight_spoils_the_layer_below() {
    let plant = |chain: &mut Chain| {
        chain.plant(SQUARE, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, None, dw);
            let weight = ArrayView2::from_shape((4, 4), &w[..16]).unwrap();
            dx.assign(&pass.dy.dot(&weight.t()));
        });
    };
    let example = Example::perceptron();
    names("0.bias", &ALL, &example, plant);
    let mut chain = Chain::honest(&example);
    plant(&mut chain);
    let report = report(&example, &mut chain, ALL[0]);
    let below = ["0.bias", "0.weight", "x"];
    assert_eq!(faults(&report), below, "what lies above is right");
}

/// dx = dy y instead of dy y (1 − y).
#[test]
fn a_wrong_derivative_spoils_everything_below_and_nothing_above() {
    let plant = |chain: &mut Chain| {
        chain.plant(SIGMOID, |_, _, pass, dx, _| {
            dx.assign(&(&pass.dy * &pass.y))
        });
    };
    let example = Example::perceptron();
    names("2.bias", &ALL, &example, plant);
    let mut chain = Chain::honest(&example);
    plant(&mut chain);
    let report = report(&example, &mut chain, ALL[0]);
    let below = ["2.bias", "2.weight", "0.bias", "0.weight", "x"];
    assert_eq!(faults(&report), below);
}

/// The gradient of the last sample instead of the sum over the batch.
#[test]
fn a_gradient_that_is_not_accumulated_over_the_batch() {
    names("2.bias", &ALL, &Example::perceptron(), |chain| {
        chain.plant(SQUARE, |honest, w, pass, dx, dw| {
            let mut ignored = vec![0.0; dw.len()];
            honest.backward(w, pass, Some(dx.view_mut()), &mut ignored);
            let samples = pass.dy.nrows() - 1;
            let mut last = pass.dy.to_owned();
            last.slice_mut(s![..samples, ..]).fill(0.0);
            let last = backprop::layers::Pass {
                dy: last.view(),
                ..pass
            };
            honest.backward(w, last, None, dw);
        });
    });
}

/// Maps of [`convolutional`]: of the input and behind each convolution.
const MAPS: [usize; 3] = [2, 3, 4];
/// Sides of what goes into its second convolution, of the kernel, of what comes out.
const SIDES: [usize; 3] = [7, 3, 3];

/// Two convolutions, the second with stride 2: 2 x 9 x 9, 3 x 7 x 7, 4 x 3 x 3.
fn convolutional() -> Example {
    let [channels, first, second] = MAPS;
    let strided = Conv2dSpec {
        stride: 2.into(),
        ..Conv2dSpec::new(second, 3)
    };
    let layers = vec![
        LayerSpec::Conv2d(Conv2dSpec::new(first, 3)),
        LayerSpec::Tanh,
        LayerSpec::Conv2d(strided),
        LayerSpec::Flatten,
        linear(3),
    ];
    Example::new(&[channels, 9, 9], layers)
}

/// dx of the second convolution, entry by entry: what each output gives back to the pixels under
/// its kernel.
fn fold(w: &[f64], dy: ArrayView2<f64>, dx: &mut Array2<f64>, stride: usize, flipped: bool) {
    let [image, kernel, side] = SIDES;
    let entries = kernel * kernel;
    let map = |at: usize, side: usize| (at / (side * side), at / side % side, at % side);
    for ((n, at), dy) in dy.indexed_iter() {
        let (output, i, j) = map(at, side);
        for entry in 0..MAPS[1] * entries {
            let (c, p, q) = map(entry, kernel);
            let pixel = (i * stride + p) * image + j * stride + q;
            let under = match flipped {
                true => c * entries + (entries - 1 - entry % entries),
                false => entry,
            };
            dx[[n, c * image * image + pixel]] += dy * w[output * MAPS[1] * entries + under];
        }
    }
}

#[test]
fn the_entry_by_entry_fold_is_right_without_its_bugs() {
    let example = convolutional();
    let mut chain = Chain::honest(&example);
    chain.plant(2, |honest, w, pass, dx, dw| {
        honest.backward(w, pass, None, dw);
        fold(w, pass.dy, dx, 2, false);
    });
    assert_eq!(faults(&report(&example, &mut chain, BURN[1])), [""; 0]);
}

/// The kernel turned by half a turn on its way back, as if the forward pass were a convolution in
/// the sense of mathematics and not a cross-correlation.
#[test]
fn a_flipped_kernel_spoils_the_layer_below() {
    names("0.bias", &ALL, &convolutional(), |chain| {
        chain.plant(2, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, None, dw);
            fold(w, pass.dy, dx, 2, true);
        });
    });
}

#[test]
fn a_forgotten_stride_spoils_the_layer_below() {
    names("0.bias", &ALL, &convolutional(), |chain| {
        chain.plant(2, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, None, dw);
            fold(w, pass.dy, dx, 1, false);
        });
    });
}

/// dx = γ r (dy − x̂ mean(dy x̂)) without mean(dy): the batch's mean taken for a constant.
#[test]
fn a_batch_norm_without_the_mean_spoils_the_layer_below() {
    let unbiased = LinearSpec {
        bias: false,
        ..LinearSpec::new(6)
    };
    let layers = vec![
        LayerSpec::Linear(unbiased),
        LayerSpec::BatchNorm(BatchNormSpec::default()),
        LayerSpec::Tanh,
        linear(3),
    ];
    names("0.weight", &ALL, &Example::new(&[4], layers), |chain| {
        chain.plant(1, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, Some(dx.view_mut()), dw);
            let deviation = pass.x.var_axis(Axis(0), 0.0).mapv(|v| (v + 1e-5).sqrt());
            let gamma = ndarray::ArrayView1::from(&w[..6]);
            let mean = pass.dy.mean_axis(Axis(0)).unwrap();
            *dx += &(&gamma / &deviation * mean);
        });
    });
}

/// Dropped numbers get a gradient all the same.
#[test]
fn a_dropout_without_its_mask_on_the_way_back_spoils_the_layer_below() {
    let dropout = LayerSpec::Dropout(DropoutSpec { rate: 0.4 });
    let example = Example::new(&[4], vec![linear(6), dropout, linear(3)]);
    names("0.bias", &ALL, &example, |chain| {
        chain.plant(1, |_, _, pass, dx, _| dx.assign(&pass.dy));
    });
}

/// The gradient of a window to its last number, whichever is the largest.
#[test]
fn a_max_pool_that_rewards_the_wrong_number_spoils_the_layer_below() {
    let layers = vec![
        LayerSpec::Conv2d(Conv2dSpec::new(3, 3)),
        LayerSpec::MaxPool(PoolSpec::new(2)),
        LayerSpec::Flatten,
        linear(3),
    ];
    names(
        "0.weight",
        &ALL,
        &Example::new(&[2, 6, 6], layers),
        |chain| {
            chain.plant(1, |_, _, pass, dx, _| {
                // Maps of 4 x 4 become maps of 2 x 2.
                for ((n, at), &dy) in pass.dy.indexed_iter() {
                    let (map, i, j) = (at / 4, at / 2 % 2, at % 2);
                    dx[[n, map * 16 + (2 * i + 1) * 4 + 2 * j + 1]] = dy;
                }
            });
        },
    );
}

/// y = F(x) + x, but dx only from F.
#[test]
fn a_residual_without_the_gradient_of_its_shortcut_spoils_the_layer_below() {
    let block = ResidualSpec {
        layers: vec![linear(6), LayerSpec::Tanh],
        shortcut: vec![],
        name: None,
    };
    let layers = vec![linear(6), LayerSpec::Residual(block), linear(3)];
    names("0.bias", &ALL, &Example::new(&[4], layers), |chain| {
        chain.plant(1, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, Some(dx.view_mut()), dw);
            *dx -= &pass.dy;
        });
    });
}
