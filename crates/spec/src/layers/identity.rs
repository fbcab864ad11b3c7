//! `identity`: y = x.

use super::Layer;

/// No settings.
pub(super) struct Identity;

impl Layer for Identity {
    fn has_curvature(&self) -> bool {
        true
    }
}
