//! L = −1/N Σ \[t ln σ(y) + (1 − t) ln(1 − σ(y))\], where −ln σ(y) = softplus(−y) and
//! −ln(1 − σ(y)) = softplus(y).
//!
//! Burn's `BinaryCrossEntropyLoss` takes integer targets and averages over the outputs as well. Its
//! `log_sigmoid` is not used either: on the ndarray device it takes ln(1 + e⁻ˣ) without `log1p`,
//! which is 0 from x = 37 on in f64, and from 17 on in f32.

use burn::tensor::Tensor;

use crate::layers::pointwise::{exact_sigmoid, softplus};
use crate::loss::{Loss, one_over_n};

pub(super) struct BinaryCrossEntropy;

impl Loss for BinaryCrossEntropy {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        let positive = t.clone() * softplus(y.clone().neg());
        let negative = t.neg().add_scalar(1.0) * softplus(y);
        (positive + negative).sum().mul_scalar(factor)
    }

    /// σ(y) (1 − σ(y)) / N.
    fn curvature(&self, y: Tensor<2>, _: Tensor<2>) -> Tensor<2> {
        let factor = one_over_n(&y);
        let p = exact_sigmoid(y);
        (p.clone() - p.square()).mul_scalar(factor)
    }
}
