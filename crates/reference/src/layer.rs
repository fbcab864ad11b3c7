//! What a layer is: a function of one batch.

use burn::tensor::Tensor;

/// A function of one batch.
pub(crate) trait Layer: Send {
    /// `x: [N, D_in]` -> `[N, D_out]`.
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2>;

    /// From the curvatures ∂²L/∂yⱼ² `d2y` those of `x` and of each parameter, Σⱼ d2yⱼ (∂yⱼ/∂xᵢ)²
    /// and the same for wᵢ (LeCun et al. 1998, appendix C). Nothing here is on an autodiff device.
    ///
    /// # Panics
    /// In a layer without one; the check of a config asks [`spec::layers::Layer::has_curvature`]
    /// before.
    fn curvature(&mut self, _: &[Tensor<1>], _: Tensor<2>, _: Tensor<2>) -> Curvature {
        unimplemented!("Layer::has_curvature says which layers have a second backward pass")
    }

    /// True lengths of the sequences that come next; none: nothing is padded.
    fn set_lengths(&mut self, _: Option<&[usize]>) {}

    /// Whether the samples that come next follow those of the batch before, so that a state that is
    /// carried goes on.
    fn set_continues(&mut self, _: bool) {}

    /// Ends an update: what was measured on its batch enters the running statistics.
    fn end_step(&mut self) {}

    /// The running statistics, in the order of the plan's buffers.
    fn buffers(&self) -> Vec<Tensor<1>> {
        Vec::new()
    }

    /// Takes as many of them from `buffers` as the plan has.
    fn set_buffers(&mut self, _: &mut dyn Iterator<Item = Tensor<1>>) {}
}

/// Curvatures of a layer's input and parameters.
pub(crate) struct Curvature {
    pub(crate) x: Tensor<2>,
    pub(crate) w: Vec<Tensor<1>>,
}

/// Whether a forward pass is part of learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing is dropped, statistics are the running ones.
    Evaluation,
    /// The update selects the masks, statistics are those of the batch.
    Training {
        /// Number of the update.
        step: u64,
    },
}

/// The curvature of a layer that is linear in its input and in its parameters: there Σⱼ d2yⱼ
/// (∂yⱼ/∂xᵢ)² is the gradient of Σⱼ d2yⱼ yⱼ by the *squares* of input and parameters, put in their
/// place. So one backward pass of burn's through the layer is its second backward pass.
pub(crate) fn of_linear(
    w: &[Tensor<1>],
    x: Tensor<2>,
    d2y: Tensor<2>,
    f: impl FnOnce(&[Tensor<1>], Tensor<2>) -> Tensor<2>,
) -> Curvature {
    let w: Vec<_> = w.iter().map(|w| leaf(w.clone().square())).collect();
    let x = leaf(x.square());
    let sum = (f(&w, x.clone()) * d2y.autodiff()).sum();
    let mut gradients = sum.backward();
    let mut take = |tensor: Tensor<1>| {
        let gradient = tensor.grad_remove(&mut gradients);
        gradient.unwrap_or_else(|| tensor.inner().zeros_like())
    };
    let w = w.into_iter().map(&mut take).collect();
    let gradient = x.grad_remove(&mut gradients);
    let x = gradient.unwrap_or_else(|| x.inner().zeros_like());
    Curvature { x, w }
}

/// The tensor as the beginning of a graph.
pub(crate) fn leaf<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    tensor.autodiff().require_grad()
}
