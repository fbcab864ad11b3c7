//! Functions of single numbers.
//!
//! Those without settings stand here, each as a function of the name that its layer has in a
//! config; those with settings have files of their own and share [`layer`].

use std::f64::consts::FRAC_1_SQRT_2;

use burn::tensor::{DType, Tensor, activation};

use crate::BurnReal;
use crate::layer::{Curvature, Layer, Mode, leaf};

/// y = 1 / (1 + e⁻ˣ).
pub(super) fn sigmoid<T: BurnReal>(x: Tensor<2>) -> Tensor<2> {
    match T::dtype() {
        DType::F64 => exact_sigmoid(x),
        _ => activation::sigmoid(x),
    }
}

/// σ(x) = exp(−ln(1 + e⁻ˣ)) in the precision of its input.
///
/// This is burn's own formula. Burn casts to f32 before it and back after it on every backend that
/// does not bring a sigmoid of its own; burn-ndarray does not, so that an f64 sigmoid is right to
/// seven digits only.
pub(crate) fn exact_sigmoid(x: Tensor<2>) -> Tensor<2> {
    softplus(x.neg()).neg().exp()
}

/// y = tanh x.
pub(super) fn tanh(x: Tensor<2>) -> Tensor<2> {
    activation::tanh(x)
}

/// y = 1.7159 tanh(2x/3).
pub(super) fn scaled_tanh(x: Tensor<2>) -> Tensor<2> {
    x.mul_scalar(2.0 / 3.0).tanh().mul_scalar(1.7159)
}

/// y = max(0, x).
pub(super) fn relu(x: Tensor<2>) -> Tensor<2> {
    activation::relu(x)
}

/// ln(1 + eˣ) with both tails exact: burn's default threshold of 20, above which it returns x,
/// would be off by 2e-9; an infinite one is lowered to where eˣ overflows.
pub(crate) fn softplus(x: Tensor<2>) -> Tensor<2> {
    activation::softplus_with_threshold(x, 1.0, f64::INFINITY)
}

/// y = x Φ(x): burn's own divides by √2 in `div_scalar`, whose gradient is f32.
pub(super) fn gelu(x: Tensor<2>) -> Tensor<2> {
    let normal = x.clone().mul_scalar(FRAC_1_SQRT_2).erf().add_scalar(1.0);
    (x * normal).mul_scalar(0.5)
}

/// y = 1 where x ≥ 0, else 0, with a gradient of 0. What is no number stays so.
pub(super) fn step(x: Tensor<2>) -> Tensor<2> {
    let (above, below) = (
        x.clone().greater_equal_scalar(0.0),
        x.clone().lower_scalar(0.0),
    );
    x.mask_fill(above, 1.0).mask_fill(below, 0.0)
}

/// y = x.
pub(super) fn identity(x: Tensor<2>) -> Tensor<2> {
    x
}

/// The layer that is this function of each number.
pub(super) fn layer(f: impl Fn(Tensor<2>) -> Tensor<2> + Send + 'static) -> Box<dyn Layer> {
    Box::new(Pointwise(f))
}

/// A function of each number alone.
struct Pointwise<F>(F);

impl<F: Fn(Tensor<2>) -> Tensor<2> + Send> Layer for Pointwise<F> {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        (self.0)(x)
    }

    /// d2y f'(x)², with f' by autodiff.
    fn curvature(&mut self, _: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let x = leaf(x);
        let mut gradients = (self.0)(x.clone()).sum().backward();
        let slope = x.grad_remove(&mut gradients);
        let slope = slope.unwrap_or_else(|| x.inner().zeros_like());
        Curvature {
            x: d2y * slope.square(),
            w: Vec::new(),
        }
    }
}
