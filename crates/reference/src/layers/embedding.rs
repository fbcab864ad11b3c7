//! A vector of the table for each integer.

use burn::tensor::{Tensor, module};
use spec::model::{EmbeddingSpec, PlannedLayer};

use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, table: &EmbeddingSpec) -> Box<dyn Layer> {
    Box::new(Embedding {
        table: [table.tokens, table.dimension],
        outputs: planned.outputs(),
    })
}

/// The way from the integers ends here: burn has no gradient for them, where the hand-written one
/// is zero.
struct Embedding {
    /// `[tokens, D]`.
    table: [usize; 2],
    /// Numbers of a sample that come out.
    outputs: usize,
}

impl Layer for Embedding {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let samples = x.dims()[0];
        let table = w[0].clone().reshape(self.table);
        let y = module::embedding(table, x.round().int());
        y.reshape([samples, self.outputs])
    }
}
