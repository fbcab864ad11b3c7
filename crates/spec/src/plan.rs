//! From the layers of a config to layers with sizes: shapes, parameters, names.

use crate::Problem;
use crate::initial::Initializer;
use crate::layers::{Conv2dSpec, LayerSpec, Pair};
use crate::model::ModelSpec;

/// A layer with its place in the network: sizes and parameters are known.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedLayer {
    /// Name in parameter paths.
    pub name: String,
    /// What it computes.
    pub spec: LayerSpec,
    /// Shape of one sample that comes in, e.g. `[784]` or `[1, 28, 28]`.
    pub input: Vec<usize>,
    /// Shape of one sample that goes out.
    pub output: Vec<usize>,
    /// Its parameters in the order of their use; of a block those of all layers in it.
    pub parameters: Vec<PlannedParameter>,
    /// What it remembers besides: running statistics. Saved with the parameters, not learned.
    pub buffers: Vec<PlannedParameter>,
    /// The chains inside a block, each from the block's input on: of a residual block the layers
    /// and the shortcut. None for any other layer.
    pub chains: Vec<Vec<PlannedLayer>>,
}

impl PlannedLayer {
    /// Numbers of one sample that come in, D_in.
    pub fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    /// Numbers of one sample that go out, D_out.
    pub fn outputs(&self) -> usize {
        self.output.iter().product()
    }

    /// Number of its parameters' values.
    pub fn parameter_count(&self) -> usize {
        self.parameters.iter().map(PlannedParameter::len).sum()
    }

    /// Shape `[C, H, W]` of an image that comes in.
    ///
    /// # Panics
    /// When the layer does not take images; the plan lets only images into layers that do.
    pub fn image(&self) -> [usize; 3] {
        let image = self.input.as_slice().try_into();
        image.unwrap_or_else(|_| panic!("{} does not take images", self.name))
    }

    /// Channels of the input and numbers in each: `[C, H·W]` for an image, `[D, 1]` for a vector.
    pub fn channels(&self) -> [usize; 2] {
        let channels = self.input.first().copied().unwrap_or(1).max(1);
        [channels, self.inputs() / channels]
    }
}

/// A parameter of a planned layer.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedParameter {
    /// Path as in PyTorch: `0.weight`, `output.bias`.
    pub name: String,
    /// A linear weight is `[out, in]`, a kernel `[out, in / groups, K_h, K_w]`.
    pub shape: Vec<usize>,
    /// Inputs of a unit.
    pub fan_in: usize,
    /// Outputs of a unit.
    pub fan_out: usize,
    /// Where its values begin.
    pub initializer: Initializer,
    /// Factor of the learning rate; 0: it stays as it is.
    pub learning_rate: f64,
    /// Whether it weighs inputs: weight decay and max-norm are for weights, biases only when asked.
    pub weighs: bool,
}

impl PlannedParameter {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Lays the layers one behind the other. `prefix` stands before their names, `key` is the list's
/// place in the config.
pub(crate) fn chain(
    model: &ModelSpec,
    layers: &[LayerSpec],
    prefix: &str,
    key: &str,
    sample_shape: &[usize],
) -> Result<Vec<PlannedLayer>, Problem> {
    let mut shape = sample_shape.to_vec();
    let mut plan = Vec::with_capacity(layers.len());
    for (index, spec) in layers.iter().enumerate() {
        let name = match spec.name() {
            Some(name) => format!("{prefix}{name}"),
            None => format!("{prefix}{index}"),
        };
        let key = format!("{key}.{index}.{}", spec.kind());
        let planned = Planner {
            model,
            name,
            key: key.clone(),
        };
        let planned = planned.layer(spec, shape)?;
        check_size(&planned, key)?;
        shape = planned.output.clone();
        plan.push(planned);
    }
    Ok(plan)
}

/// More numbers than any machine holds: beyond it sizes could no longer be counted.
const LARGEST_TENSOR: f64 = 1e12;

/// Finds an output or a parameter that no machine holds.
fn check_size(layer: &PlannedLayer, key: String) -> Result<(), Problem> {
    let numbers = |shape: &[usize]| shape.iter().map(|&side| side as f64).product::<f64>();
    let parameters = layer.parameters.iter().map(|p| (p.name.as_str(), &p.shape));
    let mut tensors = parameters.chain([("its output", &layer.output)]);
    match tensors.find(|(_, shape)| numbers(shape) > LARGEST_TENSOR) {
        None => Ok(()),
        Some((name, shape)) => {
            let count = numbers(shape);
            let reason =
                format!("{name} {shape:?} has {count:.1e} numbers, which do not fit into memory");
            Err(Problem::new(key, reason).hint("use a smaller layer"))
        }
    }
}

/// Plans one layer.
struct Planner<'a> {
    model: &'a ModelSpec,
    name: String,
    key: String,
}

impl Planner<'_> {
    fn layer(&self, spec: &LayerSpec, input: Vec<usize>) -> Result<PlannedLayer, Problem> {
        let inputs: usize = input.iter().product();
        let mut layer = PlannedLayer {
            name: self.name.clone(),
            spec: spec.clone(),
            output: input.clone(),
            input,
            parameters: Vec::new(),
            buffers: Vec::new(),
            chains: Vec::new(),
        };
        match spec {
            LayerSpec::Linear(linear) => {
                layer.output = vec![linear.units];
                let unit = Unit {
                    fan: [inputs, linear.units],
                    weights: linear.weights,
                    biases: linear.bias.then_some(linear.biases),
                    learning_rate: linear.learning_rate,
                };
                layer.parameters = self.unit(vec![linear.units, inputs], linear.units, unit);
            }
            LayerSpec::Conv2d(conv) => self.convolution(conv, &mut layer)?,
            LayerSpec::MaxPool(pool) | LayerSpec::AvgPool(pool) => {
                let [channels, height, width] = self.image(&layer.input)?;
                let windows =
                    self.windows([height, width], pool.size, pool.stride(), pool.padding)?;
                if 2 * pool.padding.height > pool.size.height
                    || 2 * pool.padding.width > pool.size.width
                {
                    let reason = "the padding is more than half a window";
                    return Err(Problem::new(format!("{}.padding", self.key), reason)
                        .hint("at most half of size"));
                }
                layer.output = vec![channels, windows[0], windows[1]];
            }
            LayerSpec::Subsampling(pool) => {
                let [channels, height, width] = self.image(&layer.input)?;
                let windows =
                    self.windows([height, width], pool.size, pool.size, Pair::default())?;
                layer.output = vec![channels, windows[0], windows[1]];
                let unit = Unit {
                    fan: [pool.size.height * pool.size.width, 1],
                    weights: pool.weights,
                    biases: Some(pool.biases),
                    learning_rate: pool.learning_rate,
                };
                layer.parameters = self.unit(vec![channels], channels, unit);
            }
            LayerSpec::Flatten => layer.output = vec![inputs],
            LayerSpec::BatchNorm(_) => {
                let channels = layer.channels()[0];
                layer.parameters = self.scale_and_shift(vec![channels]);
                layer.buffers = vec![
                    self.fixed("running_mean", vec![channels], 0.0),
                    self.fixed("running_var", vec![channels], 1.0),
                ];
            }
            LayerSpec::LayerNorm(_) => {
                layer.parameters = self.scale_and_shift(layer.input.clone());
            }
            LayerSpec::LocalResponseNorm(_) => {
                self.image(&layer.input)?;
            }
            LayerSpec::Embedding(table) => {
                layer.output = vec![inputs, table.dimension];
                let weights = table.weights.unwrap_or(self.model.weights);
                layer.parameters = vec![PlannedParameter {
                    fan_in: 1,
                    fan_out: table.dimension,
                    initializer: weights,
                    ..self.fixed("weight", vec![table.tokens, table.dimension], 0.0)
                }];
            }
            LayerSpec::Maxout(maxout) => {
                layer.output = vec![maxout.units];
                let functions = maxout.units * maxout.pieces;
                let unit = Unit {
                    fan: [inputs, maxout.units],
                    weights: maxout.weights,
                    biases: Some(maxout.biases),
                    learning_rate: 1.0,
                };
                layer.parameters = self.unit(vec![functions, inputs], functions, unit);
            }
            LayerSpec::Rbf(rbf) => {
                layer.output = vec![rbf.units];
                layer.parameters = vec![PlannedParameter {
                    fan_in: inputs,
                    fan_out: rbf.units,
                    initializer: rbf.centers,
                    learning_rate: rbf.learning_rate,
                    ..self.fixed("weight", vec![rbf.units, inputs], 0.0)
                }];
                if rbf.centers == Initializer::Digits && (rbf.units, inputs) != (10, 84) {
                    let reason = format!(
                        "the digits are 10 pictures of 7 x 12, but the layer has {} units of {inputs} inputs",
                        rbf.units
                    );
                    return Err(Problem::new(format!("{}.centers", self.key), reason)
                        .hint("use other centers, e.g. \"signs\""));
                }
            }
            LayerSpec::Residual(block) => {
                let inner = |layers: &[LayerSpec], part: &str| {
                    let prefix = format!("{}.{part}.", self.name);
                    let key = format!("{}.{part}", self.key);
                    chain(self.model, layers, &prefix, &key, &layer.input)
                };
                let (body, shortcut) = (
                    inner(&block.layers, "layers")?,
                    inner(&block.shortcut, "shortcut")?,
                );
                let end = |chain: &[PlannedLayer]| match chain.last() {
                    Some(last) => last.output.clone(),
                    None => layer.input.clone(),
                };
                let (output, around) = (end(&body), end(&shortcut));
                if output != around {
                    let reason = format!(
                        "the layers end in {output:?} and the shortcut in {around:?}: they cannot be added"
                    );
                    return Err(Problem::new(self.key.clone(), reason).hint(
                        "give the shortcut layers of its own, e.g. a conv2d with kernel 1 and the same stride",
                    ));
                }
                layer.output = output;
                let inside = || body.iter().chain(&shortcut);
                layer.parameters = inside().flat_map(|l| l.parameters.clone()).collect();
                layer.buffers = inside().flat_map(|l| l.buffers.clone()).collect();
                layer.chains = vec![body, shortcut];
            }
            LayerSpec::Prelu(prelu) => {
                let slopes = match prelu.per_channel {
                    true => layer.channels()[0],
                    false => 1,
                };
                layer.parameters = vec![self.fixed("weight", vec![slopes], prelu.slope)];
            }
            LayerSpec::Dropout(_)
            | LayerSpec::Sigmoid
            | LayerSpec::Tanh
            | LayerSpec::ScaledTanh
            | LayerSpec::Relu
            | LayerSpec::LeakyRelu(_)
            | LayerSpec::Elu(_)
            | LayerSpec::Softplus
            | LayerSpec::Step
            | LayerSpec::Identity
            | LayerSpec::Softmax => {}
        }
        Ok(layer)
    }

    fn convolution(&self, conv: &Conv2dSpec, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [channels, height, width] = self.image(&layer.input)?;
        let groups = conv.groups;
        if !channels.is_multiple_of(groups) || !conv.channels.is_multiple_of(groups) {
            let reason = format!(
                "{channels} maps in and {} out cannot be cut into {groups} groups",
                conv.channels
            );
            return Err(Problem::new(format!("{}.groups", self.key), reason)
                .hint("a number that divides both"));
        }
        let Pair {
            height: kh,
            width: kw,
        } = conv.kernel;
        let span = Pair {
            height: conv.dilation.height * (kh - 1) + 1,
            width: conv.dilation.width * (kw - 1) + 1,
        };
        let [rows, columns] = self.windows([height, width], span, conv.stride, conv.padding)?;
        layer.output = vec![conv.channels, rows, columns];
        let mut shape = vec![conv.channels, channels / groups, kh, kw];
        let mut seen = channels / groups;
        if let Some(table) = &conv.connections {
            for (output, seen) in table.iter().enumerate() {
                if let Some(map) = seen.iter().find(|map| **map >= channels) {
                    let reason = format!("there is no input map {map}");
                    let key = format!("{}.connections.{output}", self.key);
                    let hint = format!("maps are 0 to {}", channels - 1);
                    return Err(Problem::new(key, reason).hint(hint));
                }
            }
            let connections: usize = table.iter().map(Vec::len).sum();
            shape = vec![connections, kh, kw];
            seen = connections.div_ceil(conv.channels);
        }
        let unit = Unit {
            fan: [seen * kh * kw, conv.channels / groups * kh * kw],
            weights: conv.weights,
            biases: conv.bias.then_some(conv.biases),
            learning_rate: conv.learning_rate,
        };
        layer.parameters = self.unit(shape, conv.channels, unit);
        Ok(())
    }

    /// The input as `[C, H, W]`.
    fn image(&self, input: &[usize]) -> Result<[usize; 3], Problem> {
        input.try_into().map_err(|_| {
            let reason = format!("this layer takes images [C, H, W], but gets {input:?}");
            Problem::new(self.key.clone(), reason)
                .hint("put it before the layers that make vectors of images (flatten, linear)")
        })
    }

    /// Windows down and across.
    fn windows(
        &self,
        image: [usize; 2],
        window: Pair,
        stride: Pair,
        padding: Pair,
    ) -> Result<[usize; 2], Problem> {
        let along = |size: usize, window: usize, stride: usize, padding: usize| {
            let room = (size + 2 * padding).checked_sub(window)?;
            Some(room / stride + 1)
        };
        let rows = along(image[0], window.height, stride.height, padding.height);
        let columns = along(image[1], window.width, stride.width, padding.width);
        match (rows, columns) {
            (Some(rows), Some(columns)) => Ok([rows, columns]),
            _ => {
                let reason = format!(
                    "a window of {} x {} does not fit into an image of {} x {}",
                    window.height, window.width, image[0], image[1]
                );
                Err(Problem::new(self.key.clone(), reason)
                    .hint("a smaller window, more padding, or fewer layers before"))
            }
        }
    }

    /// Weight of that shape and bias `[units]`.
    fn unit(&self, shape: Vec<usize>, units: usize, unit: Unit) -> Vec<PlannedParameter> {
        let [fan_in, fan_out] = unit.fan;
        let parameter = |suffix, shape, initializer| PlannedParameter {
            fan_in,
            fan_out,
            initializer,
            learning_rate: unit.learning_rate,
            ..self.fixed(suffix, shape, 0.0)
        };
        let weights = unit.weights.unwrap_or(self.model.weights);
        let mut parameters = vec![PlannedParameter {
            weighs: true,
            ..parameter("weight", shape, weights)
        }];
        if let Some(biases) = unit.biases {
            let biases = biases.unwrap_or(self.model.biases);
            parameters.push(parameter("bias", vec![units], biases));
        }
        parameters
    }

    /// Weight 1 and bias 0 of a normalisation.
    fn scale_and_shift(&self, shape: Vec<usize>) -> Vec<PlannedParameter> {
        vec![
            self.fixed("weight", shape.clone(), 1.0),
            self.fixed("bias", shape, 0.0),
        ]
    }

    /// A parameter or buffer that begins at one value.
    fn fixed(&self, suffix: &str, shape: Vec<usize>, value: f64) -> PlannedParameter {
        PlannedParameter {
            name: format!("{}.{suffix}", self.name),
            shape,
            fan_in: 1,
            fan_out: 1,
            initializer: Initializer::Constant(value),
            learning_rate: 1.0,
            weighs: false,
        }
    }
}

/// What a layer with weight and bias says of them.
struct Unit {
    /// Inputs and outputs of a unit.
    fan: [usize; 2],
    weights: Option<Initializer>,
    /// None: no bias; then its own initializer, if it has one.
    biases: Option<Option<Initializer>>,
    learning_rate: f64,
}
