//! `squared_distance`: the squared distance of the input to each centre.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, check_initializer};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// Units that give the squared distance to a centre, as LeNet-5's output of 1998 (there called
/// Euclidean radial basis function units).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SquaredDistanceSpec {
    /// Number of outputs.
    pub units: usize,
    /// Centres.
    #[serde(default = "signs")]
    pub centers: Initializer,
    /// Factor of the learning rate; 0, as in 1998: the centres stay as they are.
    #[serde(default)]
    pub learning_rate: f64,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
}

impl Layer for SquaredDistanceSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("units", self.units)?;
        checker.learning_rate(self.learning_rate)?;
        match &self.centers {
            // They are drawn nowhere else; the plan sees whether they fit.
            Initializer::Digits => Ok(()),
            centers => check_initializer(&checker.field("centers"), centers),
        }
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        planner.no_sequence(layer, "put \"flatten\" or \"last\" before it")?;
        let inputs = layer.inputs();
        layer.output = vec![self.units];
        layer.multiply_adds = self.units * inputs;
        layer.parameters = vec![PlannedParameter {
            fan_in: inputs,
            fan_out: self.units,
            initializer: self.centers.clone(),
            learning_rate: self.learning_rate,
            ..planner.fixed("weight", vec![self.units, inputs], 0.0)
        }];
        if self.centers == Initializer::Digits && (self.units, inputs) != (10, 84) {
            let reason = format!(
                "the digits are 10 pictures of 7 x 12, but the layer has {} units of {inputs} \
                 inputs",
                self.units
            );
            return Err(Problem::new(format!("{}.centers", planner.key), reason)
                .hint("use other centers, e.g. \"signs\""));
        }
        Ok(())
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("units")
    }

    fn learns(&self) -> bool {
        !self.is_fixed()
    }

    fn is_fixed(&self) -> bool {
        self.learning_rate == 0.0
    }

    fn has_curvature(&self) -> bool {
        true
    }
}

fn signs() -> Initializer {
    Initializer::Signs
}
