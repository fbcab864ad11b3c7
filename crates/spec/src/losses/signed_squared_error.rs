//! `signed_squared_error`: half the squared difference from 1 or −1, Adaline's error.

use super::Loss;

/// No settings.
pub(super) struct SignedSquaredError;

impl Loss for SignedSquaredError {
    fn is_of_squares(&self) -> bool {
        true
    }

    fn for_one_output(&self) -> bool {
        true
    }

    fn takes_smoothed_targets(&self) -> bool {
        false
    }

    fn takes_logits(&self) -> bool {
        true
    }
}
