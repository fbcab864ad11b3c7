//! `softmax_cross_entropy`: −Σₖ tₖ ln softmax(y)ₖ.

use super::Loss;
use crate::link::Link;

/// No settings.
pub(super) struct SoftmaxCrossEntropy;

impl Loss for SoftmaxCrossEntropy {
    fn takes_logits(&self) -> bool {
        true
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Softmax)
    }
}
