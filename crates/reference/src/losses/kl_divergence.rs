//! L = 1/N Σₙ KL(t ‖ softmax(y)): the cross-entropy less the entropy of the targets, with
//! 0 ln 0 = 0. Burn's `KLDivLoss` takes the logarithm of a target of 0, and divides by N.

use burn::tensor::Tensor;
use burn::tensor::loss::cross_entropy_with_logits;

use super::softmax_cross_entropy::of_softmax;
use crate::loss::{Loss, one_over_n};

pub(super) struct KlDivergence;

impl Loss for KlDivergence {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        let logarithm = t.clone().mask_fill(t.clone().equal_scalar(0.0), 1.0).log();
        let entropy = (t.clone() * logarithm).sum();
        cross_entropy_with_logits(y, t) + entropy.mul_scalar(factor)
    }

    fn curvature(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
        of_softmax(y, t)
    }
}
