//! `binary_squared_hinge`: each output a class against the rest, with a margin of 1 and squared
//! shortfalls.

use super::Loss;

/// No settings.
pub(super) struct BinarySquaredHinge;

impl Loss for BinarySquaredHinge {
    fn has_curvature(&self) -> bool {
        false
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
