//! `softmax`: yₖ = eˣᵏ / Σⱼ eˣʲ over the features of a sample.

use super::Layer;

/// No settings.
pub(super) struct Softmax;

impl Layer for Softmax {
    fn gives_probabilities(&self) -> bool {
        true
    }
}
