//! L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1), c the right class. Burn has no such loss.

use burn::tensor::{Tensor, activation};

use super::classes::right_class;
use crate::loss::{Loss, one_over_n};

pub(super) struct Hinge;

impl Loss for Hinge {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        shortfalls(y, t).sum().mul_scalar(factor)
    }
}

/// max(0, yⱼ − y_c + 1) of the wrong classes j, 0 for the right class c.
pub(super) fn shortfalls(y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
    let (class, right) = right_class(&t);
    let margins = y.clone() - y.gather(1, class);
    let margins = activation::relu(margins.add_scalar(1.0));
    margins.mask_fill(right.equal_scalar(1.0), 0.0)
}
