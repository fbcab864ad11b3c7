//! Functions of a number, and softmax.

use burn::tensor::{DType, Tensor, activation};
use spec::model::{LayerSpec, PlannedLayer};

use super::{Curvature, Layer, Mode, leaf};
use crate::BurnReal;

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

/// The activation of that name.
///
/// # Panics
/// When the layer is none.
pub(super) fn pointwise<T: BurnReal>(spec: &LayerSpec) -> Box<dyn Layer> {
    match *spec {
        LayerSpec::Sigmoid if T::dtype() == DType::F64 => Box::new(Pointwise(exact_sigmoid)),
        LayerSpec::Sigmoid => Box::new(Pointwise(activation::sigmoid)),
        LayerSpec::Tanh => Box::new(Pointwise(activation::tanh)),
        LayerSpec::ScaledTanh => Box::new(Pointwise(|x: Tensor<2>| {
            x.mul_scalar(2.0 / 3.0).tanh().mul_scalar(1.7159)
        })),
        LayerSpec::Relu => Box::new(Pointwise(activation::relu)),
        LayerSpec::LeakyRelu(leaky) => Box::new(Pointwise(move |x: Tensor<2>| {
            let scaled = x.clone().mul_scalar(leaky.slope);
            x.clone().mask_where(x.lower_equal_scalar(0.0), scaled)
        })),
        LayerSpec::Elu(elu) => Box::new(Pointwise(move |x| exponential(x, elu.alpha))),
        LayerSpec::Softplus => Box::new(Pointwise(softplus)),
        LayerSpec::Step => Box::new(Pointwise(step)),
        LayerSpec::Identity | LayerSpec::Flatten => Box::new(Pointwise(|x| x)),
        _ => panic!("{} is no activation", spec.kind()),
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

/// ln(1 + eˣ) with both tails exact: burn's default threshold of 20, above which it returns x,
/// would be off by 2e-9; an infinite one is lowered to where eˣ overflows.
pub(crate) fn softplus(x: Tensor<2>) -> Tensor<2> {
    activation::softplus_with_threshold(x, 1.0, f64::INFINITY)
}

/// y = x where x > 0, else α (eˣ − 1). Burn's own takes eˣ of every x, and where it overflows the
/// gradient is ∞ · 0.
fn exponential(x: Tensor<2>, alpha: f64) -> Tensor<2> {
    let positive = x.clone().greater_scalar(0.0);
    let negative = x.clone().mask_fill(positive.clone(), 0.0);
    let bent = negative.exp().sub_scalar(1.0).mul_scalar(alpha);
    bent.mask_where(positive, x)
}

/// y = 1 where x ≥ 0, else 0, with a gradient of 0. What is no number stays so.
fn step(x: Tensor<2>) -> Tensor<2> {
    let (above, below) = (
        x.clone().greater_equal_scalar(0.0),
        x.clone().lower_scalar(0.0),
    );
    x.mask_fill(above, 1.0).mask_fill(below, 0.0)
}

/// y = x where x > 0, else a x, with a learned for all or for each channel. Burn's own takes x ≥ 0.
pub(super) struct Prelu {
    /// `[C, H·W]`, or `[D, 1]`.
    channels: [usize; 2],
}

impl Prelu {
    pub(super) fn new(planned: &PlannedLayer) -> Self {
        let channels = planned.channels();
        Self { channels }
    }
}

impl Layer for Prelu {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let [channels, numbers] = self.channels;
        let shape = x.dims();
        let x: Tensor<3> = x.reshape([shape[0], channels, numbers]);
        let slopes = w[0].dims()[0];
        let scaled = x.clone() * w[0].clone().reshape([1, slopes, 1]);
        let y = x.clone().mask_where(x.lower_equal_scalar(0.0), scaled);
        y.reshape(shape)
    }
}

/// Softmax over the features of a sample.
pub(super) struct Softmax;

impl Layer for Softmax {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        activation::softmax(x, 1)
    }
}
