//! Two ways to one number.

use backprop::information::{cross_entropy, entropy, kl_divergence};
use ndarray::{Array2, Array4, array};
use spec::model::{Conv2dSpec, LayerSpec};
use spec::training::LossSpec;

use super::Quantities;
use super::networks::{linear, network, output, plan};

/// Two linear layers without an activation between them are one: B (A x) = (B A) x.
pub fn linear_layers() -> Quantities {
    let a = array![[0.2, 0.5], [-0.4, 0.6], [0.1, -0.3]];
    let b = array![[0.1, -0.3, 0.7], [-0.5, 0.8, 0.4]];
    let (x, dy) = (array![[0.5, 0.3]], array![[1.0, 1.0]]);
    let loss = LossSpec::SquaredError;
    let product = b.dot(&a).into_dyn();
    let two = plan(&[2], &[linear(3, false), linear(2, false)]);
    let weights = [("0.weight", a.into_dyn()), ("1.weight", b.into_dyn())];
    let two = network(&two, loss, weights).backward(x.view(), dy.view());
    let one = plan(&[2], &[linear(2, false)]);
    let one = network(&one, loss, [("0.weight", product)]).backward(x.view(), dy.view());
    let (two, one) = (output(&two, 1), output(&one, 0));
    vec![
        ("y1 of B (A x)", two[0]),
        ("y1 of (B A) x", one[0]),
        ("y2 of B (A x)", two[1]),
        ("y2 of (B A) x", one[1]),
    ]
}

/// H(p, q) = KL(p, q) + H(p).
pub fn information() -> Quantities {
    let (p, q) = ([0.5, 0.3, 0.2], [0.34, 0.46, 0.2]);
    let (h, kl) = (entropy(&p), kl_divergence(&p, &q));
    vec![
        ("H(p)", h),
        ("KL(p, q)", kl),
        ("KL(p, q) + H(p)", kl + h),
        ("H(p, q)", cross_entropy(&p, &q)),
    ]
}

/// What `conv2d` computes is the correlation; the convolution of the formula has a turned kernel.
pub fn correlation() -> Quantities {
    let conv = Conv2dSpec {
        bias: false,
        ..Conv2dSpec::new(1, 2)
    };
    let plan = plan(&[1, 3, 3], &[LayerSpec::Conv2d(conv)]);
    let image = array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0]];
    let seen = |kernel: [f64; 4]| {
        let weight =
            Array4::from_shape_fn((1, 1, 2, 2), |(_, _, row, column)| kernel[2 * row + column]);
        let weights = [("0.weight", weight.into_dyn())];
        let mut model = network(&plan, LossSpec::SquaredError, weights);
        output(
            &model.backward(image.view(), Array2::zeros((1, 4)).view()),
            0,
        )
    };
    let correlation = [
        "correlation, top left",
        "correlation, top right",
        "correlation, bottom left",
        "correlation, bottom right",
    ];
    let convolution = [
        "convolution, top left",
        "convolution, top right",
        "convolution, bottom left",
        "convolution, bottom right",
    ];
    let kernel = [1.0, 2.0, 3.0, 5.0];
    let mut turned = kernel;
    turned.reverse();
    let mut quantities: Quantities = correlation.into_iter().zip(seen(kernel)).collect();
    quantities.extend(convolution.into_iter().zip(seen(turned)));
    quantities
}
