//! `inverse_sqrt`: η / √t.

use super::{Position, Schedule};

/// No settings. The rate falls as the inverse root of the number t of the update, from 1 (Kingma &
/// Ba 2015, section 4).
pub(super) struct InverseSqrt;

impl Schedule for InverseSqrt {
    fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        eta / ((at.step + 1) as f64).sqrt()
    }
}
