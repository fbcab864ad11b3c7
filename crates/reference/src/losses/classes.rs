//! Targets as one right class a sample.

use burn::tensor::{IndexingUpdateOp, Int, Tensor};

/// The right class of each sample, its largest target, `[N, 1]`, and the same one-hot, `[N, K]`.
pub(super) fn right_class(t: &Tensor<2>) -> (Tensor<2, Int>, Tensor<2>) {
    let class = t.clone().argmax(1);
    let ones = t.clone().narrow(1, 0, 1).zeros_like().add_scalar(1.0);
    let none = t.zeros_like();
    let one_hot = none.scatter(1, class.clone(), ones, IndexingUpdateOp::Add);
    (class, one_hot)
}
