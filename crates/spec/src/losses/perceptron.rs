//! `perceptron`: what is wrong costs its distance from the threshold (Rosenblatt's criterion).

use super::Loss;

/// No settings.
pub(super) struct Perceptron;

impl Loss for Perceptron {
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
