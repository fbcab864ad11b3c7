//! L = 1/N Σₙ Σₖ max(0, −s y), with the slope −s at y = 0, where `relu` would have 0. Burn has no
//! such loss.

use burn::tensor::Tensor;

use super::signs::signs;
use crate::loss::{Loss, one_over_n};

pub(super) struct Perceptron;

impl Loss for Perceptron {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        let margins = signs(&t) * y;
        let right = margins.clone().greater_scalar(0.0);
        let costs = margins.neg().mask_fill(right, 0.0);
        costs.sum().mul_scalar(factor)
    }
}
