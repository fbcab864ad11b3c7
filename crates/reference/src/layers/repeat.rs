//! Layers that are repeated, one behind the other.

use burn::tensor::Tensor;

use crate::layer::{Layer, Mode};
use crate::network::Network;

pub(super) fn layer(layers: Network) -> Box<dyn Layer> {
    Box::new(Repeat(layers))
}

struct Repeat(Network);

impl Layer for Repeat {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        self.0.forward(w, x, mode)
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.0.set_lengths(lengths);
    }

    fn set_continues(&mut self, continues: bool) {
        self.0.set_continues(continues);
    }

    fn end_step(&mut self) {
        self.0.end_step();
    }

    fn buffers(&self) -> Vec<Tensor<1>> {
        self.0.buffers()
    }

    fn set_buffers(&mut self, buffers: &mut dyn Iterator<Item = Tensor<1>>) {
        self.0.set_buffers(buffers);
    }
}
