//! `subsampling`: LeNet-5's pooling of 1998.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, one};
use crate::Problem;
use crate::initializer::Initializer;
use crate::pair::Pair;
use crate::plan::{PlannedLayer, Planner, Unit};

/// Trainable subsampling: one coefficient and one bias a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubsamplingSpec {
    /// Height and width of a window; windows stand side by side.
    pub size: Pair,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial coefficients; none: `[model] weights`. The fan-in is the size of a window.
    #[serde(default)]
    pub weights: Option<Initializer>,
    /// Initial biases; none: `[model] biases`.
    #[serde(default)]
    pub biases: Option<Initializer>,
    /// Factor of the learning rate; 0: the layer stays as it is.
    #[serde(default = "one")]
    pub learning_rate: f64,
}

impl Layer for SubsamplingSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.sides("size", self.size, 1)?;
        checker.learning_rate(self.learning_rate)?;
        checker.initializers(&self.weights, &self.biases)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [channels, height, width] = planner.image(&layer.input)?;
        let image = [height, width];
        let windows = planner.windows(image, self.size, self.size, Pair::default())?;
        layer.output = vec![channels, windows[0], windows[1]];
        let unit = Unit {
            fan: [self.size.height * self.size.width, 1],
            weights: self.weights.clone(),
            biases: Some(self.biases.clone()),
            learning_rate: self.learning_rate,
        };
        layer.parameters = planner.unit(vec![channels], channels, unit);
        layer.multiply_adds = layer.outputs() * self.size.height * self.size.width;
        Ok(())
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

    fn shifts_channels(&self) -> bool {
        true
    }
}
