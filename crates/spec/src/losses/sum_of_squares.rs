//! `sum_of_squares`: the sum of the squared differences of a sample.

use super::Loss;

/// No settings.
pub(super) struct SumOfSquares;

impl Loss for SumOfSquares {
    fn for_real_targets(&self) -> bool {
        true
    }
}
