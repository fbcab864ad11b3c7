//! Gradients of units, each by itself.

use std::ops::Range;

/// Weights of a task: their gradients, 64 KB in f32, stay in a near cache while the pieces of the
/// batch are added.
const TASK: usize = 1 << 14;

/// Units are cut into multiples of this: the rows that the matrix product takes at a time.
const TILE: usize = 6;

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
    /// All units of a layer whose parameters are a weight `[units, D_in]` and then the biases `[units]`,
    /// if there are any.
    pub fn all(units: usize, d_in: usize, dw: &'a mut [T]) -> Self {
        let (weight, bias) = dw.split_at_mut(units * d_in);
        let units = 0..units;
        Self {
            units,
            weight,
            bias,
        }
    }

    /// Two parts for two threads, unless they are few enough for one.
    pub fn halves(self) -> Result<[Self; 2], Self> {
        let count = self.units.len();
        let first = (count / 2).next_multiple_of(TILE);
        if self.weight.len() <= TASK || first >= count {
            return Err(self);
        }
        let row = self.weight.len() / count;
        let (weight, weight_after) = self.weight.split_at_mut(first * row);
        let (bias, bias_after) = self.bias.split_at_mut(first.min(self.bias.len()));
        let middle = self.units.start + first;
        Ok([
            Self {
                units: self.units.start..middle,
                weight,
                bias,
            },
            Self {
                units: middle..self.units.end,
                weight: weight_after,
                bias: bias_after,
            },
        ])
    }
}
