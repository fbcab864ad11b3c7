//! L = 1/(2N) Σₙ Σₖ (yₙₖ − tₙₖ)².

use burn::tensor::Tensor;

use super::squares::{everywhere, squares};
use crate::loss::{Loss, one_over_n};

pub(super) struct SquaredError;

impl Loss for SquaredError {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let samples = y.dims()[0] as f64;
        squares(y, t, 0.5 / samples)
    }

    fn curvature(&self, y: Tensor<2>, _: Tensor<2>) -> Tensor<2> {
        everywhere(&y, one_over_n(&y))
    }
}
