//! `constant`: η.

use super::{Position, Schedule};

/// No settings.
pub(super) struct Constant;

impl Schedule for Constant {
    fn learning_rate(&self, eta: f64, _: Position) -> f64 {
        eta
    }
}
