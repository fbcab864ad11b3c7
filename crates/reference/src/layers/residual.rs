//! y = F(x) + S(x): layers and a shortcut around them.

use burn::tensor::Tensor;
use contract::Streams;
use spec::model::PlannedLayer;

use super::{Layer, Mode};
use crate::BurnReal;
use crate::network::Network;

pub(super) struct Residual {
    layers: Network,
    shortcut: Network,
}

impl Residual {
    pub(super) fn new<T: BurnReal>(planned: &PlannedLayer, streams: Streams) -> Self {
        let chain = |index: usize| {
            let layers = planned.chains.get(index).map_or(&[][..], Vec::as_slice);
            Network::new::<T>(layers, streams)
        };
        Self {
            layers: chain(0),
            shortcut: chain(1),
        }
    }
}

impl Layer for Residual {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        let (of_layers, of_shortcut) = w.split_at(self.layers.parameters());
        let y = self.layers.forward(of_layers, x.clone(), mode);
        y + self.shortcut.forward(of_shortcut, x, mode)
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
