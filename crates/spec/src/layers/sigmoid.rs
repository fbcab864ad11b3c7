//! `sigmoid`: y = 1 / (1 + e⁻ˣ).

use super::Layer;

/// No settings.
pub(super) struct Sigmoid;

impl Layer for Sigmoid {
    fn has_curvature(&self) -> bool {
        true
    }

    fn gives_probabilities(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
