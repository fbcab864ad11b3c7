//! `sum_of_squares`: the sum of the squared differences of a sample.

use super::Loss;

/// No settings.
pub(super) struct SumOfSquares;

impl Loss for SumOfSquares {
    fn is_of_squares(&self) -> bool {
        true
    }

    fn for_real_targets(&self) -> bool {
        true
    }
}
