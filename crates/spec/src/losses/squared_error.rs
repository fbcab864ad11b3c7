//! `squared_error`: half the sum of the squared differences of a sample.

use super::Loss;

/// No settings.
pub(super) struct SquaredError;

impl Loss for SquaredError {
    fn is_of_squares(&self) -> bool {
        true
    }

    fn for_real_targets(&self) -> bool {
        true
    }
}
