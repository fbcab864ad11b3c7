//! `kl_divergence`: the divergence of softmax(y) from the targets.

use super::Loss;
use crate::link::Link;

/// No settings.
pub(super) struct KlDivergence;

impl Loss for KlDivergence {
    fn takes_logits(&self) -> bool {
        true
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Softmax)
    }
}
