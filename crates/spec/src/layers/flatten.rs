//! `flatten`: an image `[C, H, W]` as a vector `[C·H·W]`.

use super::Layer;
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// No settings.
pub(super) struct Flatten;

impl Layer for Flatten {
    fn plan(&self, _: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        layer.output = vec![layer.inputs()];
        Ok(())
    }

    fn has_curvature(&self) -> bool {
        true
    }
}
