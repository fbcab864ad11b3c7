//! `softmax_cross_entropy`: −Σₖ tₖ ln softmax(y)ₖ.

use super::Loss;

/// No settings.
pub(super) struct SoftmaxCrossEntropy;

impl Loss for SoftmaxCrossEntropy {
    fn takes_logits(&self) -> bool {
        true
    }
}
