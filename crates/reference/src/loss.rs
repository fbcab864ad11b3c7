//! The losses, with the factors of [`LossSpec`]: a mean over the samples, a sum over the outputs.
//!
//! They multiply by 1/N and do not divide by N: the backward pass of burn's `div_scalar` takes 1/N
//! in f32, whatever the dtype.

use burn::tensor::Tensor;
use burn::tensor::loss::cross_entropy_with_logits;
use spec::training::LossSpec;

use crate::network::softplus;

/// Mean loss of a batch. Outputs `y` and targets `t` are `[N, D_out]`.
pub(crate) fn mean(loss: LossSpec, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
    match loss {
        LossSpec::SquaredError => squared_error(y, t),
        LossSpec::BinaryCrossEntropy => binary_cross_entropy(y, t),
        // Takes probabilities as targets, clamps nothing, and averages over the samples.
        LossSpec::SoftmaxCrossEntropy => cross_entropy_with_logits(y, t),
        _ => todo!("{}", loss.kind()),
    }
}

/// 1/(2N) Σ (y − t)². Burn's `MseLoss` divides by the number of outputs and has no 1/2.
fn squared_error(y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
    let [samples, _] = y.dims();
    (y - t).square().sum().mul_scalar(0.5 / samples as f64)
}

/// −1/N Σ \[t ln σ(y) + (1 − t) ln(1 − σ(y))\], where −ln σ(y) = softplus(−y) and
/// −ln(1 − σ(y)) = softplus(y).
///
/// Burn's `BinaryCrossEntropyLoss` takes integer targets and averages over the outputs as well. Its
/// `log_sigmoid` is not used either: on the ndarray device it takes ln(1 + e⁻ˣ) without `log1p`,
/// which is 0 from x = 37 on in f64, and from 17 on in f32.
fn binary_cross_entropy(y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
    let [samples, _] = y.dims();
    let positive = t.clone() * softplus(y.clone().neg());
    let negative = t.neg().add_scalar(1.0) * softplus(y);
    (positive + negative).sum().mul_scalar(1.0 / samples as f64)
}
