//! L = 1/(N K) Σₙ Σₖ (yₙₖ − tₙₖ)².

use burn::tensor::Tensor;

use super::squares::{everywhere, squares};
use crate::loss::{Loss, one_over_n};

pub(super) struct MeanOfSquares;

impl Loss for MeanOfSquares {
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let [samples, outputs] = y.dims();
        squares(y, t, 1.0 / (samples as f64 * outputs as f64))
    }

    fn curvature(&self, y: Tensor<2>, _: Tensor<2>) -> Tensor<2> {
        let outputs = y.dims()[1] as f64;
        everywhere(&y, 2.0 * one_over_n(&y) / outputs)
    }
}
