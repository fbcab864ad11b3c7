//! `binary_cross_entropy`: −t ln σ(y) − (1 − t) ln(1 − σ(y)), each output a logit of its own.

use super::Loss;
use crate::link::Link;

/// No settings.
pub(super) struct BinaryCrossEntropy;

impl Loss for BinaryCrossEntropy {
    fn for_one_output(&self) -> bool {
        true
    }

    fn takes_logits(&self) -> bool {
        true
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Logistic)
    }
}
