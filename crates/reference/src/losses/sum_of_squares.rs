//! L = 1/N Σₙ Σₖ (yₙₖ − tₙₖ)².

use burn::tensor::Tensor;

use super::squares::{everywhere, squares};
use crate::loss::{Loss, one_over_n};

pub(super) struct SumOfSquares;

impl Loss for SumOfSquares {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = one_over_n(&y);
        squares(y, t, factor)
    }

    fn curvature(&self, y: Tensor<2>, _: Tensor<2>) -> Tensor<2> {
        everywhere(&y, 2.0 * one_over_n(&y))
    }
}
