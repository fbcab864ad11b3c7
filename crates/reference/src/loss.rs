//! What a loss is: a mean over the samples, a sum over the outputs.

use burn::tensor::Tensor;

/// A loss. Outputs `y` and targets `t` are `[N, D_out]`.
///
/// Losses multiply by 1/N and do not divide by N: the backward pass of burn's `div_scalar` takes
/// 1/N in f32, whatever the dtype.
pub(crate) trait Loss: Send {
    /// Mean loss of a batch.
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1>;

    /// ∂²L/∂y² without the terms off the diagonal, `[N, D_out]`.
    ///
    /// # Panics
    /// For a loss without; the check of a config asks [`spec::training::LossSpec::has_curvature`]
    /// before.
    fn curvature(&self, _: Tensor<2>, _: Tensor<2>) -> Tensor<2> {
        unimplemented!("LossSpec::has_curvature says which losses have a second derivative")
    }
}

/// 1/N.
pub(crate) fn one_over_n(y: &Tensor<2>) -> f64 {
    1.0 / y.dims()[0] as f64
}
