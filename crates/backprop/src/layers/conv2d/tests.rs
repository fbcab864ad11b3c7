//! Tests of the convolution.

use super::super::testing::{prove, prove_curvature, random};
use super::oracle::{plan, weights};
use super::*;
use ndarray::{Array2, array};
use spec::model::Conv2dSpec;

/// A plus of ones on an image that counts: each output is the sum of five neighbours.
#[test]
fn a_plus_sums_five_neighbours() {
    let spec = Conv2dSpec::new(1, 3);
    let planned = plan(&spec, [1, 4, 4]).unwrap();
    let mut layer = Conv2d::new(&planned, &spec);
    let w = [0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.5];
    let x = Array2::from_shape_fn((1, 16), |(_, i)| i as f64);
    let mut y = Array2::zeros((1, 4));
    layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
    assert_eq!(y, array![[25.5, 30.5, 45.5, 50.5]]);
}

/// Not a convolution with a mirrored kernel: the first entry meets the pixel above left.
#[test]
fn the_kernel_is_not_mirrored() {
    let spec = Conv2dSpec {
        padding: 1.into(),
        stride: 2.into(),
        bias: false,
        ..Conv2dSpec::new(1, 2)
    };
    let planned = plan(&spec, [1, 2, 2]).unwrap();
    let mut layer = Conv2d::new(&planned, &spec);
    let (w, x) = ([1.0, 2.0, 3.0, 4.0], array![[5.0, 6.0, 7.0, 8.0]]);
    let mut y = Array2::zeros((1, 4));
    layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
    assert_eq!(y, array![[20.0, 18.0, 14.0, 8.0]]);
    let dy = array![[1.0, 10.0, 100.0, 1000.0]];
    let (mut dx, mut dw) = (Array2::zeros((1, 4)), [1.0; 4]);
    let pass = Pass {
        x: x.view(),
        y: y.view(),
        dy: dy.view(),
    };
    layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
    assert_eq!(dx, array![[4.0, 30.0, 200.0, 1000.0]]);
    assert_eq!(dw, [8001.0, 701.0, 61.0, 6.0]);
}

fn settings() -> Vec<(Conv2dSpec, [usize; 3])> {
    let conv = |maps, kernel: [usize; 2]| Conv2dSpec::new(maps, kernel);
    vec![
        (conv(2, [3, 3]), [1, 5, 6]),
        (conv(3, [3, 4]), [2, 3, 4]),
        (
            Conv2dSpec {
                bias: false,
                ..conv(3, [1, 1])
            },
            [2, 3, 4],
        ),
        (
            Conv2dSpec {
                padding: 1.into(),
                groups: 2,
                ..conv(4, [3, 3])
            },
            [2, 4, 4],
        ),
        (
            Conv2dSpec {
                stride: 2.into(),
                padding: [0, 2].into(),
                ..conv(2, [2, 3])
            },
            [2, 6, 5],
        ),
        (
            Conv2dSpec {
                stride: [3, 2].into(),
                dilation: 2.into(),
                ..conv(7, [2, 3])
            },
            [1, 7, 8],
        ),
        (
            Conv2dSpec {
                stride: 2.into(),
                ..conv(2, [1, 1])
            },
            [3, 4, 5],
        ),
        (
            Conv2dSpec {
                stride: 2.into(),
                padding: 2.into(),
                padding_value: -1.5,
                untied_biases: true,
                ..conv(2, [3, 3])
            },
            [2, 4, 5],
        ),
    ]
}

#[test]
fn gradients_agree_with_central_differences() {
    for (spec, input) in settings() {
        let planned = plan(&spec, input).unwrap();
        let w = weights(planned.parameter_count());
        let x = random(2, planned.inputs(), "x");
        prove(&mut Conv2d::new(&planned, &spec), &w, x, planned.outputs());
    }
}

#[test]
fn curvature_is_backward_with_squares() {
    for (spec, input) in settings() {
        let planned = plan(&spec, input).unwrap();
        let w = weights(planned.parameter_count());
        let x = random(2, planned.inputs(), "x");
        prove_curvature(&mut Conv2d::new(&planned, &spec), &w, x, planned.outputs());
    }
}
