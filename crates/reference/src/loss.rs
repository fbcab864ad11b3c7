//! The losses, with the factors of [`LossSpec`]: a mean over the samples, a sum over the outputs.
//!
//! They multiply by 1/N and do not divide by N: the backward pass of burn's `div_scalar` takes 1/N
//! in f32, whatever the dtype.

use burn::tensor::loss::cross_entropy_with_logits;
use burn::tensor::{IndexingUpdateOp, Int, Tensor, activation};
use spec::training::LossSpec;

use crate::layers::activations::{exact_sigmoid, softplus};

/// Mean loss of a batch. Outputs `y` and targets `t` are `[N, D_out]`.
pub(crate) fn mean(loss: LossSpec, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
    let [samples, outputs] = y.dims();
    let samples = samples as f64;
    match loss {
        LossSpec::SquaredError => squares(y, t, 0.5 / samples),
        LossSpec::SumOfSquares => squares(y, t, 1.0 / samples),
        LossSpec::MeanOfSquares => squares(y, t, 1.0 / (samples * outputs as f64)),
        LossSpec::BinaryCrossEntropy => binary_cross_entropy(y, t),
        // Takes probabilities as targets, clamps nothing, and averages over the samples.
        LossSpec::SoftmaxCrossEntropy => cross_entropy_with_logits(y, t),
        LossSpec::KlDivergence => kl_divergence(y, t),
        LossSpec::Hinge => shortfalls(y, t).sum().mul_scalar(1.0 / samples),
        LossSpec::SquaredHinge => shortfalls(y, t).square().sum().mul_scalar(1.0 / samples),
        LossSpec::MaximumAPosteriori(criterion) => {
            let no_class = t.clone().narrow(1, 0, 1).zeros_like();
            let right = Tensor::cat(vec![right_class(&t).1, no_class.clone()], 1);
            let penalties = Tensor::cat(vec![y, no_class.add_scalar(criterion.rubbish)], 1);
            // The cross-entropy of a softmax of −y with one class more.
            cross_entropy_with_logits(penalties.neg(), right)
        }
    }
}

/// ∂²L/∂y² without the terms off the diagonal, `[N, D_out]`.
///
/// # Panics
/// For a loss without; the check of a config asks [`LossSpec::has_curvature`] before.
pub(crate) fn curvature(loss: LossSpec, y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
    let [samples, outputs] = y.dims();
    let one_over_n = 1.0 / samples as f64;
    let of_probability = |p: Tensor<2>| (p.clone() - p.square()).mul_scalar(one_over_n);
    let all = |value: f64| y.zeros_like().add_scalar(value);
    match loss {
        LossSpec::SquaredError => all(one_over_n),
        LossSpec::SumOfSquares => all(2.0 * one_over_n),
        LossSpec::MeanOfSquares => all(2.0 * one_over_n / outputs as f64),
        LossSpec::BinaryCrossEntropy => of_probability(exact_sigmoid(y)),
        LossSpec::SoftmaxCrossEntropy | LossSpec::KlDivergence => {
            of_probability(activation::softmax(y, 1)) * t.sum_dim(1)
        }
        // The weights of the penalties in eq. 8: the curvature is in the distances behind them.
        LossSpec::MaximumAPosteriori(_) => right_class(&t).1.mul_scalar(one_over_n),
        LossSpec::Hinge | LossSpec::SquaredHinge => {
            unimplemented!("LossSpec::has_curvature says which losses have a second derivative")
        }
    }
}

/// Σ (y − t)² times a factor. Burn's `MseLoss` divides by the number of outputs and has no 1/2.
fn squares(y: Tensor<2>, t: Tensor<2>, factor: f64) -> Tensor<1> {
    (y - t).square().sum().mul_scalar(factor)
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

/// The cross-entropy less the entropy of the targets, with 0 ln 0 = 0. Burn's `KLDivLoss` takes the
/// logarithm of a target of 0, and divides by N.
fn kl_divergence(y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
    let [samples, _] = y.dims();
    let logarithm = t.clone().mask_fill(t.clone().equal_scalar(0.0), 1.0).log();
    let entropy = (t.clone() * logarithm).sum();
    cross_entropy_with_logits(y, t) + entropy.mul_scalar(1.0 / samples as f64)
}

/// max(0, yⱼ − y_c + 1) of the wrong classes j, 0 for the right class c.
fn shortfalls(y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
    let (class, right) = right_class(&t);
    let margins = y.clone() - y.gather(1, class);
    let margins = activation::relu(margins.add_scalar(1.0));
    margins.mask_fill(right.equal_scalar(1.0), 0.0)
}

/// The right class of each sample, its largest target, `[N, 1]`, and the same one-hot, `[N, K]`.
fn right_class(t: &Tensor<2>) -> (Tensor<2, Int>, Tensor<2>) {
    let class = t.clone().argmax(1);
    let ones = t.clone().narrow(1, 0, 1).zeros_like().add_scalar(1.0);
    let none = t.zeros_like();
    let one_hot = none.scatter(1, class.clone(), ones, IndexingUpdateOp::Add);
    (class, one_hot)
}
