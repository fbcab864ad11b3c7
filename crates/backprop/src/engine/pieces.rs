//! How many pieces suit a network: decided by the batch and the layers, never by the number of
//! threads.

use kernels::cut::Cut;
use spec::model::PlannedLayer;

/// The work of some layers, by which a batch is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Multiplications of a forward pass for one sample.
    multiplications: usize,
    /// Whether most of them are those of layers that meet each weight once.
    linear: bool,
}

impl Work {
    /// Of these layers.
    pub fn of(plan: &[PlannedLayer]) -> Self {
        let mostly_linear = |layer: &&PlannedLayer| {
            let met_once = layer.parameter_count() * usize::from(layer.output.len() == 1);
            2 * met_once > layer.multiplications()
        };
        let linear = plan.iter().filter(mostly_linear);
        let linear: usize = linear.map(PlannedLayer::multiplications).sum();
        let multiplications = plan.iter().map(PlannedLayer::multiplications).sum();
        Self {
            multiplications,
            linear: 2 * linear > multiplications,
        }
    }

    /// So many rows in pieces that suit.
    pub fn cut(self, rows: usize) -> Cut {
        let most = match self.linear {
            // Each piece reads all weights once, so more rows make higher pieces as well as more of
            // them: 64 rows 2, 256 rows 4, 1024 rows 8.
            true => (rows / 16).isqrt(),
            // Convolutions find rows enough in each image, but turn their weights once for each
            // piece.
            false => rows / 16,
        };
        Cut::new(rows, self.multiplications, most)
    }
}
