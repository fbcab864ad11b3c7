//! `gelu`: y = x Φ(x), Φ the distribution function of the standard normal distribution.

use super::Layer;

/// No settings.
pub(super) struct Gelu;

impl Layer for Gelu {
    fn activates(&self) -> bool {
        true
    }
}
