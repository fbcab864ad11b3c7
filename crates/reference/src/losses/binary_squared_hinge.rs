//! L = 1/N Σₙ Σₖ max(0, 1 − s y)². Burn has no such loss.

use burn::tensor::{Tensor, activation};

use super::signs::signs;
use crate::loss::{Loss, one_over_n};

pub(super) struct BinarySquaredHinge;

impl Loss for BinarySquaredHinge {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        let margins = signs(&t) * y;
        let shortfalls = activation::relu(margins.neg().add_scalar(1.0));
        shortfalls.square().sum().mul_scalar(factor)
    }
}
