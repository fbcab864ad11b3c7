//! ½ Σⱼ hⱼ |x − wⱼ|² of a self-organising map, with the winner, and so h, given.

use burn::tensor::Tensor;
use ndarray::{Array1, Axis};

use super::Terms;

/// `x` `[D]` and `h` `[J]`; of `weight` `[J, D]`.
pub(super) fn energy(terms: &Terms, x: &Array1<f64>, h: &Array1<f64>) -> Tensor<1> {
    let x = terms.given(&x.clone().insert_axis(Axis(0)));
    let h = terms.given(&h.clone().insert_axis(Axis(1)));
    let squared = (terms.of("weight") - x).square().sum_dim(1);
    (squared * h).sum().mul_scalar(0.5)
}
