//! `local2d`: a convolution whose weights are not shared, a kernel of its own at each position.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, one, yes};
use crate::Problem;
use crate::initializer::Initializer;
use crate::pair::Pair;
use crate::plan::{PlannedLayer, Planner, Unit};

/// A locally connected layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local2dSpec {
    /// Maps that come out, C_out.
    pub channels: usize,
    /// Height and width of a kernel.
    pub kernel: Pair,
    /// Steps between windows.
    #[serde(default = "Pair::one")]
    pub stride: Pair,
    /// Zeros put around the image, on each side.
    #[serde(default)]
    pub padding: Pair,
    /// Whether each unit has a bias.
    #[serde(default = "yes")]
    pub bias: bool,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial weights; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
    /// Initial biases; none: `[model] biases`.
    #[serde(default)]
    pub biases: Option<Initializer>,
    /// Factor of the learning rate; 0: the layer stays as it is.
    #[serde(default = "one")]
    pub learning_rate: f64,
}

impl Local2dSpec {
    /// Stride 1, no padding, everything else as in a config that does not say.
    pub fn new(channels: usize, kernel: impl Into<Pair>) -> Self {
        Self {
            channels,
            kernel: kernel.into(),
            stride: Pair::one(),
            padding: Pair::default(),
            bias: true,
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }
}

impl Layer for Local2dSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("channels", self.channels)?;
        checker.sides("kernel", self.kernel, 1)?;
        checker.sides("stride", self.stride, 1)?;
        checker.sides("padding", self.padding, 0)?;
        checker.learning_rate(self.learning_rate)?;
        checker.initializers(&self.weights, &self.biases)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [maps, height, width] = planner.image(&layer.input)?;
        let image = [height, width];
        let [rows, columns] = planner.windows(image, self.kernel, self.stride, self.padding)?;
        layer.output = vec![self.channels, rows, columns];
        let Pair {
            height: kh,
            width: kw,
        } = self.kernel;
        let units = rows * columns * self.channels;
        let unit = Unit {
            // As of the convolution with these kernels, so that both begin alike.
            fan: [maps * kh * kw, self.channels * kh * kw],
            weights: self.weights.clone(),
            biases: self.bias.then(|| self.biases.clone()),
            learning_rate: self.learning_rate,
        };
        layer.parameters = planner.unit(vec![units, maps, kh, kw], units, unit);
        layer.multiply_adds = layer.parameters[0].len();
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
}
