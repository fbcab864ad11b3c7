//! L = 1/(2N) Σₙ Σₖ (y − s)².

use burn::tensor::Tensor;

use super::signs::signs;
use super::squares::{everywhere, squares};
use crate::loss::{Loss, one_over_n};

pub(super) struct SignedSquaredError;

impl Loss for SignedSquaredError {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let factor = 0.5 * one_over_n(&y);
        squares(y, signs(&t), factor)
    }

    fn curvature(&self, y: Tensor<2>, _: Tensor<2>) -> Tensor<2> {
        everywhere(&y, one_over_n(&y))
    }
}
