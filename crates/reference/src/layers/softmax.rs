//! Softmax over the features of a sample.

use burn::tensor::{Tensor, activation};

use crate::layer::{Layer, Mode};

pub(super) fn layer() -> Box<dyn Layer> {
    Box::new(Softmax)
}

struct Softmax;

impl Layer for Softmax {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        activation::softmax(x, 1)
    }
}
