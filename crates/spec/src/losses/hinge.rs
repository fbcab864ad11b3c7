//! `hinge`: how far the right class falls short of a margin of 1 over each other.

use super::Loss;

/// No settings.
pub(super) struct Hinge;

impl Loss for Hinge {
    fn has_curvature(&self) -> bool {
        false
    }

    fn takes_smoothed_targets(&self) -> bool {
        false
    }
}
