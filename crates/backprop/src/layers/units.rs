//! Gradients of units, each by itself.

use std::ops::Range;

/// Weights of a task: their gradients, 64 KB in f32, stay in a near cache while the shards of the
/// batch are added.
const TASK: usize = 1 << 14;

/// Units of a task are a multiple of this: the rows that the matrix product takes at a time.
const TILE: usize = 24;

/// Gradients of neighbouring units of a layer: to each belong a row of the weight and, if there is
/// one, a bias.
pub struct UnitGradients<'a, T> {
    /// Which units of the layer they are.
    pub units: Range<usize>,
    /// Their rows of the weight, `[units, D_in]`.
    pub weight: &'a mut [T],
    /// Their biases `[units]`, or nothing.
    pub bias: &'a mut [T],
}

impl<'a, T> UnitGradients<'a, T> {
    /// All units of a layer whose parameters are a weight `[units, D_in]` and then the biases
    /// `[units]`, if there are any.
    pub fn all(units: usize, d_in: usize, dw: &'a mut [T]) -> Self {
        let (weight, bias) = dw.split_at_mut(units * d_in);
        let units = 0..units;
        Self {
            units,
            weight,
            bias,
        }
    }
}

/// The units of a layer with rows of so many weights in parts, each for one thread.
pub(crate) fn tasks(
    units: usize,
    row: usize,
) -> impl DoubleEndedIterator<Item = Range<usize>> + ExactSizeIterator {
    let most = (TASK / row.max(1)).max(1).next_multiple_of(TILE);
    (0..units)
        .step_by(most)
        .map(move |start| start..units.min(start + most))
}
