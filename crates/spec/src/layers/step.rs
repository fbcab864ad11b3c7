//! `step`: y = 1 where x ≥ 0, else 0.

use super::Layer;

/// No settings.
pub(super) struct Step;

impl Layer for Step {
    fn has_derivative(&self) -> bool {
        false
    }

    fn activates(&self) -> bool {
        true
    }
}
