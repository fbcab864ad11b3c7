//! `conv2d`: cross-correlation of images with learned kernels.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, one, yes};
use crate::Problem;
use crate::initializer::Initializer;
use crate::pair::Pair;
use crate::plan::{PlannedLayer, Planner, Unit};

/// A convolutional layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv2dSpec {
    /// Maps that come out, C_out.
    pub channels: usize,
    /// Height and width of a kernel.
    pub kernel: Pair,
    /// Steps between windows.
    #[serde(default = "Pair::one")]
    pub stride: Pair,
    /// Pixels put around the image, on each side.
    #[serde(default)]
    pub padding: Pair,
    /// What these pixels are: 0, or another value of the background, as −1 in LeCun et al. 1989.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub padding_value: f64,
    /// Distance of the pixels under neighbouring kernel entries.
    #[serde(default = "Pair::one")]
    pub dilation: Pair,
    /// Input and output maps are cut into so many groups that do not see each other.
    #[serde(default = "one_group")]
    pub groups: usize,
    /// Which input maps (from 0) each output map sees, one list an output map; none: all. As C3 of
    /// LeNet-5. The weight is then `[connections, K_h, K_w]`, kernels of the first output map
    /// first.
    #[serde(default)]
    pub connections: Option<Vec<Vec<usize>>>,
    /// Whether there is a bias.
    #[serde(default = "yes")]
    pub bias: bool,
    /// Whether each unit has a bias of its own (LeCun et al. 1989), `[C_out, H_out, W_out]`; if
    /// not, all of a map have the same, `[C_out]`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub untied_biases: bool,
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

impl Conv2dSpec {
    /// Stride 1, no padding, everything else as in a config that does not say.
    pub fn new(channels: usize, kernel: impl Into<Pair>) -> Self {
        Self {
            channels,
            kernel: kernel.into(),
            stride: Pair::one(),
            padding: Pair::default(),
            padding_value: 0.0,
            dilation: Pair::one(),
            groups: 1,
            connections: None,
            bias: true,
            untied_biases: false,
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }

    /// Height and width of the window under a kernel.
    fn span(&self) -> Pair {
        Pair {
            height: self.dilation.height * (self.kernel.height - 1) + 1,
            width: self.dilation.width * (self.kernel.width - 1) + 1,
        }
    }
}

impl Layer for Conv2dSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("channels", self.channels)?;
        checker.units("groups", self.groups)?;
        checker.sides("kernel", self.kernel, 1)?;
        checker.sides("stride", self.stride, 1)?;
        checker.sides("padding", self.padding, 0)?;
        checker.sides("dilation", self.dilation, 1)?;
        let fine = self.padding_value.is_finite();
        checker.number("padding_value", self.padding_value, fine, "a finite number")?;
        if self.untied_biases && !self.bias {
            let problem = Problem::new(checker.field("untied_biases"), "there is no bias to untie");
            return Err(problem.hint("leave out one of bias = false and untied_biases = true"));
        }
        if let Some(table) = &self.connections {
            check_connections(self, table, checker.field("connections"))?;
        }
        checker.learning_rate(self.learning_rate)?;
        checker.initializers(&self.weights, &self.biases)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [channels, height, width] = planner.image(&layer.input)?;
        let groups = self.groups;
        if !channels.is_multiple_of(groups) || !self.channels.is_multiple_of(groups) {
            let reason = format!(
                "{channels} maps in and {} out cannot be cut into {groups} groups",
                self.channels
            );
            return Err(Problem::new(format!("{}.groups", planner.key), reason)
                .hint("a number that divides both"));
        }
        let image = [height, width];
        let [rows, columns] = planner.windows(image, self.span(), self.stride, self.padding)?;
        layer.output = vec![self.channels, rows, columns];
        let Pair {
            height: kh,
            width: kw,
        } = self.kernel;
        let mut shape = vec![self.channels, channels / groups, kh, kw];
        let mut seen = channels / groups;
        if let Some(table) = &self.connections {
            check_maps(table, channels, planner)?;
            let connections: usize = table.iter().map(Vec::len).sum();
            shape = vec![connections, kh, kw];
            seen = connections.div_ceil(self.channels);
        }
        let unit = Unit {
            fan: [seen * kh * kw, self.channels / groups * kh * kw],
            weights: self.weights.clone(),
            biases: self.bias.then(|| self.biases.clone()),
            learning_rate: self.learning_rate,
        };
        layer.parameters = planner.unit(shape, self.channels, unit);
        layer.multiplications = Some(rows * columns * layer.parameter_count());
        layer.multiply_adds = rows * columns * layer.parameters[0].len();
        if self.untied_biases {
            layer.parameters[1].shape = layer.output.clone();
        }
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
        self.bias && !self.untied_biases
    }
}

fn check_connections(conv: &Conv2dSpec, table: &[Vec<usize>], key: String) -> Result<(), Problem> {
    if conv.groups != 1 {
        let problem = Problem::new(key, "a table of connections leaves no room for groups");
        return Err(problem.hint("leave out one of the two"));
    }
    if table.len() != conv.channels {
        let reason = format!("{} lists for {} output maps", table.len(), conv.channels);
        return Err(Problem::new(key, reason).hint("one list of input maps for each output map"));
    }
    for (map, seen) in table.iter().enumerate() {
        let key = format!("{key}.{map}");
        if seen.is_empty() {
            let reason = format!("output map {map} sees no input map");
            return Err(Problem::new(key, reason).hint("list one or more"));
        }
        if let Some(i) = (1..seen.len()).find(|&i| seen[..i].contains(&seen[i])) {
            let reason = format!("output map {map} sees input map {} twice", seen[i]);
            return Err(Problem::new(key, reason).hint("list it once"));
        }
    }
    Ok(())
}

/// Finds an input map that is not there.
fn check_maps(table: &[Vec<usize>], channels: usize, planner: &Planner<'_>) -> Result<(), Problem> {
    for (output, seen) in table.iter().enumerate() {
        if let Some(map) = seen.iter().find(|map| **map >= channels) {
            let reason = format!("there is no input map {map}");
            let key = format!("{}.connections.{output}", planner.key);
            let hint = format!("maps are 0 to {}", channels - 1);
            return Err(Problem::new(key, reason).hint(hint));
        }
    }
    Ok(())
}

fn one_group() -> usize {
    1
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_false(untied: &bool) -> bool {
    !untied
}
