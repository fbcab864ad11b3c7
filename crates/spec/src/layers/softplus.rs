//! `softplus`: y = ln(1 + eˣ).

use super::Layer;

/// No settings.
pub(super) struct Softplus;

impl Layer for Softplus {
    fn activates(&self) -> bool {
        true
    }
}
