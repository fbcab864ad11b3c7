//! One table before and behind some layers.

use burn::tensor::{Tensor, module};
use spec::model::{PlannedLayer, TiedEmbeddingSpec};

use super::sequence::at_positions;
use crate::layer::{Layer, Mode};
use crate::network::Network;

pub(super) fn layer(
    planned: &PlannedLayer,
    tied: &TiedEmbeddingSpec,
    layers: Network,
) -> Box<dyn Layer> {
    Box::new(TiedEmbedding {
        table: [tied.tokens, tied.dimension],
        vectors: planned.inputs() * tied.dimension,
        layers,
    })
}

struct TiedEmbedding {
    /// `[tokens, D]`.
    table: [usize; 2],
    /// T·D.
    vectors: usize,
    layers: Network,
}

impl Layer for TiedEmbedding {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        let samples = x.dims()[0];
        let (of_layers, of_table) = w.split_at(self.layers.parameters());
        let table: Tensor<2> = of_table[0].clone().reshape(self.table);
        let v = module::embedding(table.clone(), x.round().int());
        let v = v.reshape([samples, self.vectors]);
        let h = self.layers.forward(of_layers, v, mode);
        at_positions(h, self.table[1], |h| h.matmul(table.transpose()))
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.layers.set_lengths(lengths);
    }

    fn set_continues(&mut self, continues: bool) {
        self.layers.set_continues(continues);
    }

    fn end_step(&mut self) {
        self.layers.end_step();
    }

    fn buffers(&self) -> Vec<Tensor<1>> {
        self.layers.buffers()
    }

    fn set_buffers(&mut self, buffers: &mut dyn Iterator<Item = Tensor<1>>) {
        self.layers.set_buffers(buffers);
    }
}
