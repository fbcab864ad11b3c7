//! L = −1/N Σₙ Σₖ t ln softmax(y)ₖ.

use burn::tensor::loss::cross_entropy_with_logits;
use burn::tensor::{Tensor, activation};

use crate::loss::{Loss, one_over_n};

pub(super) struct SoftmaxCrossEntropy;

impl Loss for SoftmaxCrossEntropy {
    /// Burn's own takes probabilities as targets, clamps nothing, and averages over the samples.
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        cross_entropy_with_logits(y, t)
    }

    fn curvature(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
        of_softmax(y, t)
    }
}

/// p (1 − p) Σₖ tₖ / N with p = softmax(y).
pub(super) fn of_softmax(y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
    let factor = one_over_n(&y);
    let p = activation::softmax(y, 1);
    (p.clone() - p.square()).mul_scalar(factor) * t.sum_dim(1)
}
