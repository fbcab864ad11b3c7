//! `tanh`: y = tanh x.

use super::Layer;

/// No settings.
pub(super) struct Tanh;

impl Layer for Tanh {
    fn has_curvature(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
