//! `plain`: no way out, to compare with.

use super::Escape;

/// No settings.
pub(super) struct Plain;

impl Escape for Plain {}
