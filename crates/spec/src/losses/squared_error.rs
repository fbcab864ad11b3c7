//! `squared_error`: half the sum of the squared differences of a sample.

use super::Loss;

/// No settings.
pub(super) struct SquaredError;

impl Loss for SquaredError {
    fn for_real_targets(&self) -> bool {
        true
    }
}
