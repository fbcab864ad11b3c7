//! `last`: the last true position of a sequence.

use super::Layer;
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// No settings.
pub(super) struct Last;

impl Layer for Last {
    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [_, features] = planner.sequence(&layer.input)?;
        layer.output = vec![features];
        Ok(())
    }
}
