//! `mean_of_squares`: the mean of the squared differences of a sample.

use super::Loss;

/// No settings.
pub(super) struct MeanOfSquares;

impl Loss for MeanOfSquares {
    fn is_of_squares(&self) -> bool {
        true
    }

    fn for_real_targets(&self) -> bool {
        true
    }
}
