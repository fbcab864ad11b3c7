//! Each sample at mean 0 and variance 1, over all of its numbers; of a sequence each position.

use burn::tensor::{Tensor, module};
use spec::model::{LayerNormSpec, PlannedLayer};

use super::sequence::at_positions;
use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, norm: &LayerNormSpec) -> Box<dyn Layer> {
    let [_, features] = planned.positions();
    let epsilon = norm.epsilon;
    Box::new(LayerNorm { features, epsilon })
}

struct LayerNorm {
    /// Of a sequence those of a position.
    features: usize,
    epsilon: f64,
}

impl Layer for LayerNorm {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        at_positions(x, self.features, |x| {
            module::layer_norm(x, w[0].clone(), w.get(1).cloned(), self.epsilon)
        })
    }
}
