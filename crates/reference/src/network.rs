//! The network as a burn module.

use burn::module::{Module, Param};
use burn::nn::{Identity, Linear, Relu, Sigmoid, Tanh};
use burn::tensor::{DType, Device, Tensor, activation};
use ndarray::ArrayD;
use spec::model::{LayerSpec, PlannedLayer};

use crate::tensors::{BurnReal, as_matrix, to_burn, weight_to_burn};

/// Layers from input to output.
#[derive(Module, Debug, Default)]
pub(crate) struct Network {
    pub(crate) layers: Vec<Layer>,
}

/// One layer.
#[derive(Module, Debug)]
pub(crate) enum Layer {
    Linear(Linear),
    Sigmoid(Sigmoid),
    ExactSigmoid(ExactSigmoid),
    Tanh(Tanh),
    Relu(Relu),
    LeakyRelu(LeakyRelu),
    Identity(Identity),
    Softmax(Softmax),
}

impl Network {
    /// Output of the last layer. `x: [N, D_in]` -> `[N, D_out]`.
    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(x, |x, layer| layer.forward(x))
    }

    /// Output of every layer, `[N, D_out]` each.
    pub(crate) fn forward_all(&self, x: Tensor<2>) -> Vec<Tensor<2>> {
        let forward = |x: &mut Tensor<2>, layer: &Layer| {
            *x = layer.forward(x.clone());
            Some(x.clone())
        };
        self.layers.iter().scan(x, forward).collect()
    }
}

impl Layer {
    /// A layer with the given parameters, in the order of the plan, on an autodiff device.
    pub(crate) fn new<T: BurnReal>(
        planned: &PlannedLayer,
        parameters: &[&ArrayD<T>],
        device: &Device,
    ) -> Self {
        match &planned.spec {
            LayerSpec::Linear(_) => Self::Linear(linear(parameters, device)),
            LayerSpec::Sigmoid if T::dtype() == DType::F64 => Self::ExactSigmoid(ExactSigmoid),
            LayerSpec::Sigmoid => Self::Sigmoid(Sigmoid),
            LayerSpec::Tanh => Self::Tanh(Tanh),
            LayerSpec::Relu => Self::Relu(Relu),
            LayerSpec::LeakyRelu(leaky) => Self::LeakyRelu(LeakyRelu { slope: leaky.slope }),
            LayerSpec::Identity => Self::Identity(Identity),
            LayerSpec::Softmax => Self::Softmax(Softmax),
            _ => todo!("{}", planned.spec.kind()),
        }
    }

    /// `x: [N, D_in]` -> `[N, D_out]`.
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Linear(layer) => layer.forward(x),
            Self::Sigmoid(layer) => layer.forward(x),
            Self::ExactSigmoid(layer) => layer.forward(x),
            Self::Tanh(layer) => layer.forward(x),
            Self::Relu(layer) => layer.forward(x),
            Self::LeakyRelu(layer) => layer.forward(x),
            Self::Identity(layer) => layer.forward(x),
            Self::Softmax(layer) => layer.forward(x),
        }
    }
}

/// Weight `[D_out, D_in]` and, if there is one, bias `[D_out]`.
fn linear<T: BurnReal>(parameters: &[&ArrayD<T>], device: &Device) -> Linear {
    let weight = weight_to_burn(as_matrix(parameters[0]), device);
    let bias = parameters.get(1).map(|bias| to_burn(bias.view(), device));
    Linear {
        weight: Param::from_tensor(weight),
        bias: bias.map(Param::from_tensor),
    }
}

/// σ(x) = exp(−ln(1 + e⁻ˣ)) in the precision of its input.
///
/// This is burn's own formula. Burn casts to f32 before it and back after it on every backend that
/// does not bring a sigmoid of its own; burn-ndarray does not, so that an f64 sigmoid is right to
/// seven digits only.
#[derive(Module, Debug)]
pub(crate) struct ExactSigmoid;

impl ExactSigmoid {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        softplus(x.neg()).neg().exp()
    }
}

/// y = x where x > 0, else slope · x.
///
/// Burn's own takes x ≥ 0, which makes its derivative at 0 one instead of the slope.
#[derive(Module, Debug)]
pub(crate) struct LeakyRelu {
    slope: f64,
}

impl LeakyRelu {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let negative = x.clone().lower_equal_scalar(0.0);
        let scaled = x.clone().mul_scalar(self.slope);
        x.mask_where(negative, scaled)
    }
}

/// Softmax over the features of a sample.
#[derive(Module, Debug)]
pub(crate) struct Softmax;

impl Softmax {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        activation::softmax(x, 1)
    }
}

/// ln(1 + eˣ) with both tails exact: burn's default threshold of 20, above which it returns x,
/// would be off by 2e-9; an infinite one is lowered to where eˣ overflows.
pub(crate) fn softplus(x: Tensor<2>) -> Tensor<2> {
    activation::softplus_with_threshold(x, 1.0, f64::INFINITY)
}
