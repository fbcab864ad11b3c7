//! `squared_hinge`: the squares of what `hinge` adds up.

use super::Loss;

/// No settings.
pub(super) struct SquaredHinge;

impl Loss for SquaredHinge {
    fn has_curvature(&self) -> bool {
        false
    }

    fn takes_smoothed_targets(&self) -> bool {
        false
    }
}
