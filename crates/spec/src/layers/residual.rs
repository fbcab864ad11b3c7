//! `residual`: layers with a shortcut around them, y = F(x) + S(x).

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, LayerSpec, check_layers};
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// Layers with a shortcut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualSpec {
    /// F: the layers that are skipped. Named `name.layers.0` and so on.
    pub layers: Vec<LayerSpec>,
    /// S: what the shortcut does; none: nothing, so F must keep the shape. Named `name.shortcut.0`
    /// and so on.
    #[serde(default)]
    pub shortcut: Vec<LayerSpec>,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
}

impl Layer for ResidualSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if self.layers.is_empty() {
            let reason = "a residual block without layers does nothing";
            return Err(Problem::new(checker.field("layers"), reason).hint("list one or more"));
        }
        check_layers(&checker.field("layers"), &self.layers)?;
        check_layers(&checker.field("shortcut"), &self.shortcut)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let (mut ends, mut chains) = (Vec::new(), Vec::new());
        for (part, layers) in self.inside() {
            let chain = planner.inside(part, layers, &layer.input)?;
            ends.push(
                chain
                    .last()
                    .map_or(&layer.input, |last| &last.output)
                    .clone(),
            );
            chains.push(chain);
        }
        let [output, around] = [&ends[0], &ends[1]];
        if output != around {
            let reason = format!(
                "the layers end in {output:?} and the shortcut in {around:?}: they cannot be added"
            );
            return Err(Problem::new(planner.key.clone(), reason).hint(
                "give the shortcut layers of its own, e.g. a conv2d with kernel 1 and the same \
                 stride",
            ));
        }
        layer.output = output.clone();
        planner.take_chains(layer, chains)
    }

    fn learns(&self) -> bool {
        let mut layers = self.layers.iter().chain(&self.shortcut);
        layers.any(|layer| layer.layer().learns())
    }

    fn inside(&self) -> Vec<(&'static str, &[LayerSpec])> {
        vec![("layers", &self.layers), ("shortcut", &self.shortcut)]
    }
}
