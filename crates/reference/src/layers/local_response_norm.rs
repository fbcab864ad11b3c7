//! Each number divided by a root of the squares of its neighbour channels.

use burn::nn::{LocalResponseNorm as Burns, LocalResponseNormConfig};
use burn::tensor::Tensor;
use spec::model::{LocalResponseNormSpec, PlannedLayer};

use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, norm: &LocalResponseNormSpec) -> Box<dyn Layer> {
    Box::new(LocalResponseNorm {
        image: planned.image(),
        norm: LocalResponseNormConfig::new(norm.size)
            .with_alpha(norm.alpha * norm.size as f64)
            .with_beta(norm.beta)
            .with_k(norm.k)
            .init(),
    })
}

/// Burn's own with α · size: burn takes the mean of the squares, the paper their sum.
struct LocalResponseNorm {
    /// `[C, H, W]`.
    image: [usize; 3],
    norm: Burns,
}

impl Layer for LocalResponseNorm {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let [channels, height, width] = self.image;
        let shape = x.dims();
        let x: Tensor<4> = x.reshape([shape[0], channels, height, width]);
        self.norm.forward(x).reshape(shape)
    }
}
