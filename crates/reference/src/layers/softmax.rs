//! Softmax over the features of a sample.

use burn::tensor::{Tensor, activation};
use spec::model::PlannedLayer;

use super::sequence::at_positions;
use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer) -> Box<dyn Layer> {
    let [_, features] = planned.positions();
    Box::new(Softmax { features })
}

struct Softmax {
    /// Of a sequence those of a position.
    features: usize,
}

impl Layer for Softmax {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        at_positions(x, self.features, |x| activation::softmax(x, 1))
    }
}
