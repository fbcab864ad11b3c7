//! Each sample at mean 0 and variance 1, over all of its numbers.

use burn::tensor::{Tensor, module};
use spec::model::LayerNormSpec;

use crate::layer::{Layer, Mode};

pub(super) fn layer(norm: &LayerNormSpec) -> Box<dyn Layer> {
    let epsilon = norm.epsilon;
    Box::new(LayerNorm { epsilon })
}

struct LayerNorm {
    epsilon: f64,
}

impl Layer for LayerNorm {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        module::layer_norm(x, w[0].clone(), Some(w[1].clone()), self.epsilon)
    }
}
