//! How many pieces suit a network: decided by the batch and the layers, never by the number of
//! threads.

use spec::model::PlannedLayer;

/// Pieces that suit a chain of layers.
pub(crate) fn most_pieces(plan: &[PlannedLayer], rows: usize) -> usize {
    let mostly_linear = |layer: &PlannedLayer| {
        2 * layer.parameter_count() * usize::from(layer.output.len() == 1) > layer.multiplications()
    };
    let linear: usize = plan
        .iter()
        .filter(|l| mostly_linear(l))
        .map(PlannedLayer::multiplications)
        .sum();
    let all: usize = plan.iter().map(PlannedLayer::multiplications).sum();
    match 2 * linear > all {
        // Each piece reads all weights once, so more rows make higher pieces as well as more of them:
        // 64 rows 2, 256 rows 4, 1024 rows 8.
        true => (rows / 16).isqrt(),
        // Convolutions find rows enough in each image, but turn their weights once for each piece.
        false => rows / 16,
    }
}
