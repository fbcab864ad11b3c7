//! Layers that act on each position of a sequence.

use burn::tensor::Tensor;

/// `f` of the rows `[N·T, D]` of sequences `[N, T·D]`, D numbers each; of `[N, D]` those of x
/// itself.
pub(super) fn at_positions(
    x: Tensor<2>,
    features: usize,
    f: impl FnOnce(Tensor<2>) -> Tensor<2>,
) -> Tensor<2> {
    let [samples, width] = x.dims();
    if width == features {
        return f(x);
    }
    let positions = x.reshape([samples * width / features, features]);
    f(positions).reshape([samples as i64, -1])
}
