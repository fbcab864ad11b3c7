//! `position`: a vector for each position is added to a sequence `[T, D]`.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// Where a number of a sequence stands, for layers that do not know it by themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PositionSpec {
    /// Where the vectors come from.
    pub encoding: PositionEncoding,
    /// Rows of the table of learned vectors: the most positions of a sequence. None: as many as the
    /// sequences have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positions: Option<usize>,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
    /// Initial vectors; none: `[model] weights`.
    pub weights: Option<Initializer>,
}

/// What the vectors of the positions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionEncoding {
    /// Sines and cosines of wavelengths from 2π to 10000 · 2π (Vaswani et al. 2017).
    #[default]
    Sinusoidal,
    /// A table of vectors `[T, D]`.
    Learned,
}

impl Layer for PositionSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if let Some(positions) = self.positions {
            checker.units("positions", positions)?;
        }
        checker.initializers(&self.weights, &None)?;
        let given = [
            (self.positions.is_some(), "positions"),
            (self.weights.is_some(), "weights"),
        ];
        match given.into_iter().find(|(given, _)| *given) {
            Some((_, setting)) if !self.learns() => {
                let reason = format!("sines and cosines are computed: they have no {setting}");
                Err(Problem::new(checker.field(setting), reason)
                    .hint("leave it out, or encoding = \"learned\""))
            }
            _ => Ok(()),
        }
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [steps, features] = planner.sequence(&layer.input)?;
        layer.multiplications = Some(layer.outputs());
        if !self.learns() {
            return Ok(());
        }
        let positions = self.positions.unwrap_or(steps);
        if positions < steps {
            let reason = format!(
                "the sequences have {steps} positions, of which the table knows {positions}"
            );
            return Err(
                Problem::new(format!("{}.positions", planner.key), reason).hint(format!(
                    "{steps} or more, leave it out, or shorter sequences"
                )),
            );
        }
        layer.parameters = vec![PlannedParameter {
            fan_in: 1,
            fan_out: features,
            initializer: planner.weights(&self.weights),
            ..planner.fixed("weight", vec![positions, features], 0.0)
        }];
        Ok(())
    }

    fn learns(&self) -> bool {
        self.encoding == PositionEncoding::Learned
    }
}
