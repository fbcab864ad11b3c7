//! From the layers of a config to layers with sizes: shapes, parameters, names.

use crate::Problem;
use crate::initializer::Initializer;
use crate::layers::LayerSpec;
use crate::model::ModelSpec;
use crate::pair::Pair;

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
    /// Its parameters in the order of their use; before its own those of all layers inside it.
    pub parameters: Vec<PlannedParameter>,
    /// What it remembers besides: running statistics. Saved with the parameters, not learned.
    pub buffers: Vec<PlannedParameter>,
    /// The chains inside a block: of a residual block the layers and the shortcut, both from its
    /// input on. None for most layers.
    pub chains: Vec<Vec<PlannedLayer>>,
    /// Multiplications of a forward pass for one sample, where they are not those of
    /// [`PlannedLayer::multiplications`] for a layer that meets each parameter once.
    pub(crate) multiplications: Option<usize>,
    /// Multiply-adds of a forward pass for one sample: each product of a weight with an input, or of
    /// a query with a key and a value, once. Biases, normalisations, gates and functions of single
    /// numbers count as none, as the counters of PyTorch have it.
    pub multiply_adds: usize,
    /// Numbers of a sample that are kept for the backward pass besides the output: gates and cells,
    /// queries and keys, weights of attention.
    pub kept: usize,
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

    /// Numbers of one sample that are kept for the backward pass: its outputs and what there is
    /// besides, of a block those of all layers in it, too.
    pub fn activations(&self) -> usize {
        let inside = self.chains.iter().flatten().map(Self::activations);
        inside.sum::<usize>() + self.outputs() + self.kept
    }

    /// Number of its parameters' values.
    pub fn parameter_count(&self) -> usize {
        self.parameters.iter().map(PlannedParameter::len).sum()
    }

    /// Work of a forward pass for one sample, about: one multiplication with each parameter, or one
    /// for each output, unless the layer says otherwise. By it batches are divided among threads, and
    /// sums are taken in that order: weights keep their bits only as long as it stays as it is. What
    /// is told of a layer is [`PlannedLayer::multiply_adds`].
    pub fn multiplications(&self) -> usize {
        let each_once = || self.parameter_count().max(self.outputs());
        self.multiplications.unwrap_or_else(each_once)
    }

    /// Shape `[C, H, W]` of an image that comes in.
    ///
    /// # Panics
    /// When the layer does not take images; the plan lets only images into layers that do.
    pub fn image(&self) -> [usize; 3] {
        let image = self.input.as_slice().try_into();
        image.unwrap_or_else(|_| panic!("{} does not take images", self.name))
    }

    /// Whether a sequence `[T, D]` comes in: `linear` and its like act on each position, the last
    /// axis.
    pub fn is_sequence(&self) -> bool {
        self.input.len() == 2
    }

    /// T and D of a sequence `[T, D]` that comes in; of anything else 1 and all of its numbers.
    pub fn positions(&self) -> [usize; 2] {
        match self.input[..] {
            [positions, features] => [positions, features],
            _ => [1, self.inputs()],
        }
    }

    /// The same of what goes out.
    pub fn positions_out(&self) -> [usize; 2] {
        match self.output[..] {
            [positions, features] => [positions, features],
            _ => [1, self.outputs()],
        }
    }

    /// Shape of what goes out where each position gives so many numbers: `[T, features]` of a
    /// sequence, `[features]` of anything else.
    pub(crate) fn with_features(&self, features: usize) -> Vec<usize> {
        match self.is_sequence() {
            true => vec![self.input[0], features],
            false => vec![features],
        }
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
        let name = format!("{prefix}{}", spec.name_at(index));
        let key = format!("{key}.{index}.{}", spec.kind());
        let mut layer = PlannedLayer {
            name: name.clone(),
            spec: spec.clone(),
            output: shape.clone(),
            input: shape,
            parameters: Vec::new(),
            buffers: Vec::new(),
            chains: Vec::new(),
            multiplications: None,
            multiply_adds: 0,
            kept: 0,
        };
        let planner = Planner { model, name, key };
        spec.layer().plan(&planner, &mut layer)?;
        check_values(&layer, &planner.key)?;
        check_size(&layer, planner.key)?;
        shape = layer.output.clone();
        plan.push(layer);
    }
    Ok(plan)
}

/// More numbers than any machine holds: beyond it sizes could no longer be counted.
const LARGEST_TENSOR: f64 = 1e12;

/// Values that are given are as many as the parameter has.
fn check_values(layer: &PlannedLayer, key: &str) -> Result<(), Problem> {
    for parameter in &layer.parameters {
        let (given, needed) = match &parameter.initializer {
            Initializer::Values(values) => (values.len(), parameter.len()),
            _ => continue,
        };
        if given != needed {
            let (name, shape) = (&parameter.name, &parameter.shape);
            let reason = format!("{given} values for {name}, which has {needed}: {shape:?}");
            let hint = "all of them in one list, the weights of a unit side by side";
            return Err(Problem::new(key, reason).hint(hint));
        }
    }
    Ok(())
}

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

/// What a layer plans with: its place, and what all parameters have in common.
pub struct Planner<'a> {
    pub(crate) model: &'a ModelSpec,
    /// Name in parameter paths.
    name: String,
    /// Its place in the config.
    pub(crate) key: String,
}

impl Planner<'_> {
    /// Lays the layers of a part inside this one.
    pub(crate) fn inside(
        &self,
        part: &str,
        layers: &[LayerSpec],
        input: &[usize],
    ) -> Result<Vec<PlannedLayer>, Problem> {
        let prefix = format!("{}.{part}.", self.name);
        let key = format!("{}.{part}", self.key);
        chain(self.model, layers, &prefix, &key, input)
    }

    /// Gives a layer the chains inside it, with what they have before its own parameters and in place
    /// of its own multiplications.
    pub(crate) fn take_chains(
        &self,
        layer: &mut PlannedLayer,
        chains: Vec<Vec<PlannedLayer>>,
    ) -> Result<(), Problem> {
        let inside = || chains.iter().flatten();
        let mut parameters: Vec<_> = inside().flat_map(|l| l.parameters.clone()).collect();
        if parameters.iter().any(|p| p.initializer.is_fitted()) {
            let reason = "what is inside a block cannot be fitted to the training data";
            return Err(Problem::new(self.key.clone(), reason).hint(
                "other centers with a constant width, or put the rbf layer before the block",
            ));
        }
        parameters.append(&mut layer.parameters);
        layer.parameters = parameters;
        layer.buffers = inside().flat_map(|l| l.buffers.clone()).collect();
        layer.multiplications = Some(inside().map(PlannedLayer::multiplications).sum());
        layer.multiply_adds = inside().map(|l| l.multiply_adds).sum();
        layer.chains = chains;
        Ok(())
    }

    /// Lays layers that are repeated for one time.
    pub(crate) fn repeated(
        &self,
        time: usize,
        layers: &[LayerSpec],
        input: &[usize],
    ) -> Result<Vec<PlannedLayer>, Problem> {
        let prefix = format!("{}.{time}.", self.name);
        let key = format!("{}.layers", self.key);
        chain(self.model, layers, &prefix, &key, input)
    }

    /// The input as a sequence `[T, D]`.
    pub(crate) fn sequence(&self, input: &[usize]) -> Result<[usize; 2], Problem> {
        input.try_into().map_err(|_| {
            let reason = format!("this layer takes sequences [T, D], but gets {input:?}");
            Problem::new(self.key.clone(), reason).hint(
                "use data of sequences (dataset.adding, dataset.series, dataset.mnist with rows = \
                 true), or put an embedding before it",
            )
        })
    }

    /// Refuses a sequence where all numbers of a sample are taken together.
    pub(crate) fn no_sequence(&self, layer: &PlannedLayer, hint: &str) -> Result<(), Problem> {
        if !layer.is_sequence() {
            return Ok(());
        }
        let reason = format!(
            "this layer takes a sample as a whole, but gets a sequence {:?}",
            layer.input
        );
        Err(Problem::new(self.key.clone(), reason).hint(hint))
    }

    /// The input as `[C, H, W]`.
    pub(crate) fn image(&self, input: &[usize]) -> Result<[usize; 3], Problem> {
        input.try_into().map_err(|_| {
            let reason = format!("this layer takes images [C, H, W], but gets {input:?}");
            Problem::new(self.key.clone(), reason)
                .hint("put it before the layers that make vectors of images (flatten, linear)")
        })
    }

    /// Windows down and across.
    pub(crate) fn windows(
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

    /// A layer's own initial weights, or those of the model.
    pub(crate) fn weights(&self, own: &Option<Initializer>) -> Initializer {
        own.as_ref().unwrap_or(&self.model.weights).clone()
    }

    /// Weight of that shape and bias `[units]`.
    pub(crate) fn unit(
        &self,
        shape: Vec<usize>,
        units: usize,
        unit: Unit,
    ) -> Vec<PlannedParameter> {
        let [fan_in, fan_out] = unit.fan;
        let parameter = |suffix, shape, initializer| PlannedParameter {
            fan_in,
            fan_out,
            initializer,
            learning_rate: unit.learning_rate,
            ..self.fixed(suffix, shape, 0.0)
        };
        let weights = self.weights(&unit.weights);
        let mut parameters = vec![PlannedParameter {
            weighs: true,
            ..parameter("weight", shape, weights)
        }];
        if let Some(biases) = unit.biases {
            let biases = biases.unwrap_or_else(|| self.model.biases.clone());
            parameters.push(parameter("bias", vec![units], biases));
        }
        parameters
    }

    /// Weight 1 and bias 0 of a normalisation.
    pub(crate) fn scale_and_shift(&self, shape: Vec<usize>) -> Vec<PlannedParameter> {
        vec![
            self.fixed("weight", shape.clone(), 1.0),
            self.fixed("bias", shape, 0.0),
        ]
    }

    /// A parameter or buffer that begins at one value.
    pub(crate) fn fixed(&self, suffix: &str, shape: Vec<usize>, value: f64) -> PlannedParameter {
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
pub(crate) struct Unit {
    /// Inputs and outputs of a unit.
    pub fan: [usize; 2],
    pub weights: Option<Initializer>,
    /// None: no bias; then its own initializer, if it has one.
    pub biases: Option<Option<Initializer>>,
    pub learning_rate: f64,
}
