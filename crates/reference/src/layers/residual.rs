//! y = F(x) + S(x): layers and a shortcut around them.

use burn::tensor::Tensor;

use crate::layer::{Layer, Mode};
use crate::network::Network;

/// F and S.
pub(super) fn layer([layers, shortcut]: [Network; 2]) -> Box<dyn Layer> {
    Box::new(Residual { layers, shortcut })
}

struct Residual {
    layers: Network,
    shortcut: Network,
}

impl Layer for Residual {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        let (of_layers, of_shortcut) = w.split_at(self.layers.parameters());
        let y = self.layers.forward(of_layers, x.clone(), mode);
        y + self.shortcut.forward(of_shortcut, x, mode)
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.layers.set_lengths(lengths);
        self.shortcut.set_lengths(lengths);
    }

    fn set_continues(&mut self, continues: bool) {
        self.layers.set_continues(continues);
        self.shortcut.set_continues(continues);
    }

    fn end_step(&mut self) {
        self.layers.end_step();
        self.shortcut.end_step();
    }

    fn buffers(&self) -> Vec<Tensor<1>> {
        [self.layers.buffers(), self.shortcut.buffers()].concat()
    }

    fn set_buffers(&mut self, buffers: &mut dyn Iterator<Item = Tensor<1>>) {
        self.layers.set_buffers(buffers);
        self.shortcut.set_buffers(buffers);
    }
}
