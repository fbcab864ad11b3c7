//! `scaled_tanh`: y = 1.7159 tanh(2x/3), LeCun's.

use super::Layer;

/// No settings.
pub(super) struct ScaledTanh;

impl Layer for ScaledTanh {
    fn has_curvature(&self) -> bool {
        true
    }

    fn activates(&self) -> bool {
        true
    }
}
