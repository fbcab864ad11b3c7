//! L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1)², c the right class. Burn has no such loss.

use burn::tensor::Tensor;

use super::hinge::shortfalls;
use crate::loss::{Loss, one_over_n};

pub(super) struct SquaredHinge;

impl Loss for SquaredHinge {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        shortfalls(y, t).square().sum().mul_scalar(factor)
    }
}
