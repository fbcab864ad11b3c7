//! `relu`: y = max(0, x).

use super::Layer;

/// No settings.
pub(super) struct Relu;

impl Layer for Relu {
    fn has_curvature(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
