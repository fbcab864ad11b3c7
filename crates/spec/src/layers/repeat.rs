//! `repeat`: the same layers several times, one behind the other, each time with parameters of
//! their own.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, LayerSpec, check_layers};
use crate::Problem;
use crate::plan::{PlannedLayer, Planner};

/// Layers that are repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatSpec {
    /// How many times.
    pub times: usize,
    /// The layers of one time. Named `name.0.0` and so on: the time, then the layer.
    pub layers: Vec<LayerSpec>,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
}

/// More is a slip of the pen.
const MOST_TIMES: usize = 1000;

impl Layer for RepeatSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if !(1..=MOST_TIMES).contains(&self.times) {
            let reason = format!("layers cannot be repeated {} times", self.times);
            return Err(
                Problem::new(checker.field("times"), reason).hint(format!("1 to {MOST_TIMES}"))
            );
        }
        if self.layers.is_empty() {
            let reason = "there is no layer to repeat";
            return Err(Problem::new(checker.field("layers"), reason).hint("list one or more"));
        }
        check_layers(&checker.field("layers"), &self.layers)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let mut all = Vec::new();
        for time in 0..self.times {
            let round = planner.repeated(time, &self.layers, &layer.output)?;
            if let Some(last) = round.last() {
                layer.output = last.output.clone();
            }
            all.extend(round);
        }
        planner.take_chains(layer, vec![all])
    }

    fn learns(&self) -> bool {
        self.layers.iter().any(|layer| layer.layer().learns())
    }

    fn inside(&self) -> Vec<(&'static str, &[LayerSpec])> {
        vec![("layers", &self.layers)]
    }
}
