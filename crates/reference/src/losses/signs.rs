//! What the losses that ask each output by itself share.

use burn::tensor::Tensor;

/// s = 1 where a target is above 0, else −1.
pub(super) fn signs(t: &Tensor<2>) -> Tensor<2> {
    let rest = t.zeros_like().add_scalar(-1.0);
    rest.mask_fill(t.clone().greater_scalar(0.0), 1.0)
}
