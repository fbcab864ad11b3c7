//! `[[model.layers]]`: what a layer can be, with its settings.

use serde::{Deserialize, Serialize};

use crate::initial::Initializer;

pub use crate::pair::Pair;

/// One layer. A layer without settings is written as its name: `"relu"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerSpec {
    /// y = x Wᵀ + b.
    Linear(LinearSpec),
    /// Cross-correlation of images `[C, H, W]` with learned kernels.
    Conv2d(Conv2dSpec),
    /// The largest number of each window of a map.
    MaxPool(PoolSpec),
    /// The mean of each window of a map; padding counts as zeros.
    AvgPool(PoolSpec),
    /// LeNet-5's pooling of 1998: the sum of each window times a learned coefficient, plus a bias.
    Subsampling(SubsamplingSpec),
    /// An image `[C, H, W]` as a vector `[C·H·W]`.
    Flatten,
    /// Sets each number to 0 with probability `rate` while training (Srivastava et al. 2014).
    Dropout(DropoutSpec),
    /// Each channel at mean 0 and variance 1 over the batch (Ioffe & Szegedy 2015).
    BatchNorm(BatchNormSpec),
    /// Each sample at mean 0 and variance 1 (Ba et al. 2016).
    LayerNorm(LayerNormSpec),
    /// Each number divided by a root of the squares of its neighbour channels (Krizhevsky et al. 2012).
    LocalResponseNorm(LocalResponseNormSpec),
    /// A vector of the table for each integer of the input.
    Embedding(EmbeddingSpec),
    /// The largest of several linear functions for each unit (Goodfellow et al. 2013).
    Maxout(MaxoutSpec),
    /// Gaussian units of LeNet-5: yⱼ = Σᵢ (xᵢ − wⱼᵢ)², the squared distance to each centre.
    Rbf(RbfSpec),
    /// y = F(x) + S(x): layers and a shortcut around them (He et al. 2015).
    Residual(ResidualSpec),
    /// y = 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// y = tanh x.
    Tanh,
    /// y = 1.7159 tanh(2x/3), LeCun's.
    ScaledTanh,
    /// y = max(0, x).
    Relu,
    /// y = x where x > 0, else slope · x.
    LeakyRelu(LeakyReluSpec),
    /// y = x where x > 0, else a x with learned a (He et al. 2015).
    Prelu(PreluSpec),
    /// y = x where x > 0, else α (eˣ − 1) (Clevert et al. 2016).
    Elu(EluSpec),
    /// y = ln(1 + eˣ).
    Softplus,
    /// y = 1 where x ≥ 0, else 0. It has no useful derivative: forward only.
    Step,
    /// y = x.
    Identity,
    /// yₖ = eˣᵏ / Σⱼ eˣʲ over the features of a sample.
    Softmax,
}

impl LayerSpec {
    /// The name of a layer's kind, as in a config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linear(_) => "linear",
            Self::Conv2d(_) => "conv2d",
            Self::MaxPool(_) => "max_pool",
            Self::AvgPool(_) => "avg_pool",
            Self::Subsampling(_) => "subsampling",
            Self::Flatten => "flatten",
            Self::Dropout(_) => "dropout",
            Self::BatchNorm(_) => "batch_norm",
            Self::LayerNorm(_) => "layer_norm",
            Self::LocalResponseNorm(_) => "local_response_norm",
            Self::Embedding(_) => "embedding",
            Self::Maxout(_) => "maxout",
            Self::Rbf(_) => "rbf",
            Self::Residual(_) => "residual",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::ScaledTanh => "scaled_tanh",
            Self::Relu => "relu",
            Self::LeakyRelu(_) => "leaky_relu",
            Self::Prelu(_) => "prelu",
            Self::Elu(_) => "elu",
            Self::Softplus => "softplus",
            Self::Step => "step",
            Self::Identity => "identity",
            Self::Softmax => "softmax",
        }
    }

    /// Whether it has a second backward pass, which `diagonal_levenberg_marquardt` needs.
    pub fn has_curvature(&self) -> bool {
        matches!(
            self,
            Self::Linear(_)
                | Self::Conv2d(_)
                | Self::MaxPool(_)
                | Self::AvgPool(_)
                | Self::Subsampling(_)
                | Self::Flatten
                | Self::Rbf(_)
                | Self::Sigmoid
                | Self::Tanh
                | Self::ScaledTanh
                | Self::Relu
                | Self::LeakyRelu(_)
                | Self::Identity
        )
    }

    /// Whether this layer, or one inside it, is so.
    pub fn any(&self, is: &dyn Fn(&Self) -> bool) -> bool {
        let inside = match self {
            Self::Residual(block) => block
                .layers
                .iter()
                .chain(&block.shortcut)
                .any(|l| l.any(is)),
            _ => false,
        };
        inside || is(self)
    }

    /// The name it is given, if it is given one.
    pub fn name(&self) -> Option<&str> {
        let name = match self {
            Self::Linear(spec) => &spec.name,
            Self::Conv2d(spec) => &spec.name,
            Self::Subsampling(spec) => &spec.name,
            Self::BatchNorm(spec) => &spec.name,
            Self::LayerNorm(spec) => &spec.name,
            Self::Embedding(spec) => &spec.name,
            Self::Maxout(spec) => &spec.name,
            Self::Rbf(spec) => &spec.name,
            Self::Residual(spec) => &spec.name,
            Self::Prelu(spec) => &spec.name,
            _ => &None,
        };
        name.as_deref()
    }
}

/// A fully connected layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearSpec {
    /// Number of outputs.
    pub units: usize,
    /// Whether there is a bias.
    #[serde(default = "yes")]
    pub bias: bool,
    /// Name in parameter paths (`name.weight`); none: the layer's index in the list.
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

impl LinearSpec {
    /// A layer with biases, everything else as in a config that does not say.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            bias: true,
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }
}

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
    /// Zeros put around the image, on each side.
    #[serde(default)]
    pub padding: Pair,
    /// Distance of the pixels under neighbouring kernel entries.
    #[serde(default = "Pair::one")]
    pub dilation: Pair,
    /// Input and output maps are cut into so many groups that do not see each other.
    #[serde(default = "one_group")]
    pub groups: usize,
    /// Which input maps (from 0) each output map sees, one list an output map; none: all. As C3 of
    /// LeNet-5. The weight is then `[connections, K_h, K_w]`, kernels of the first output map first.
    #[serde(default)]
    pub connections: Option<Vec<Vec<usize>>>,
    /// Whether there is a bias.
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

impl Conv2dSpec {
    /// Stride 1, no padding, everything else as in a config that does not say.
    pub fn new(channels: usize, kernel: impl Into<Pair>) -> Self {
        Self {
            channels,
            kernel: kernel.into(),
            stride: Pair::one(),
            padding: Pair::default(),
            dilation: Pair::one(),
            groups: 1,
            connections: None,
            bias: true,
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }
}

/// Max or average pooling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    /// Height and width of a window.
    pub size: Pair,
    /// Steps between windows; none: as large as a window. Smaller: the windows overlap.
    #[serde(default)]
    pub stride: Option<Pair>,
    /// Put around the map on each side: less than any number for max, zeros for the average.
    #[serde(default)]
    pub padding: Pair,
}

impl PoolSpec {
    /// Windows side by side.
    pub fn new(size: impl Into<Pair>) -> Self {
        Self {
            size: size.into(),
            stride: None,
            padding: Pair::default(),
        }
    }

    /// Steps between windows.
    pub fn stride(&self) -> Pair {
        self.stride.unwrap_or(self.size)
    }
}

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

/// Inverted dropout: what stays is divided by 1 − rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropoutSpec {
    /// Probability of a number to be set to 0.
    pub rate: f64,
}

/// Batch normalisation with weight (scale) and bias (shift) a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchNormSpec {
    /// Weight of the newest batch in the running mean and variance.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
}

impl Default for BatchNormSpec {
    fn default() -> Self {
        Self {
            momentum: 0.1,
            epsilon: 1e-5,
            name: None,
        }
    }
}

/// Layer normalisation with weight (scale) and bias (shift) a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayerNormSpec {
    /// Added to the variance.
    pub epsilon: f64,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
}

impl Default for LayerNormSpec {
    fn default() -> Self {
        Self {
            epsilon: 1e-5,
            name: None,
        }
    }
}

/// y_c = x_c / (k + α Σ x_c'²)^β over `size` neighbour channels c' around c; the defaults are the
/// paper's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalResponseNormSpec {
    /// Channels summed over; odd.
    pub size: usize,
    /// α (not divided by the size, as in the paper).
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// k.
    pub k: f64,
}

impl Default for LocalResponseNormSpec {
    fn default() -> Self {
        Self {
            size: 5,
            alpha: 1e-4,
            beta: 0.75,
            k: 2.0,
        }
    }
}

/// A table of vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSpec {
    /// Rows of the table: inputs are integers below it.
    pub tokens: usize,
    /// Numbers of each vector.
    pub dimension: usize,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial vectors; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
}

/// Maxout units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxoutSpec {
    /// Number of outputs.
    pub units: usize,
    /// Linear functions of each unit.
    pub pieces: usize,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial weights; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
    /// Initial biases; none: `[model] biases`.
    #[serde(default)]
    pub biases: Option<Initializer>,
}

/// Gaussian (radial basis function) units as LeNet-5's output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RbfSpec {
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

/// Leaky rectifier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeakyReluSpec {
    /// Slope where x is not above 0.
    pub slope: f64,
}

impl Default for LeakyReluSpec {
    fn default() -> Self {
        Self { slope: 0.01 }
    }
}

/// Rectifier with a learned slope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreluSpec {
    /// The slope at first.
    pub slope: f64,
    /// Whether each channel (of a vector: each feature) has a slope of its own.
    pub per_channel: bool,
    /// Name in parameter paths; none: the layer's index in the list.
    pub name: Option<String>,
}

impl Default for PreluSpec {
    fn default() -> Self {
        Self {
            slope: 0.25,
            per_channel: false,
            name: None,
        }
    }
}

/// Exponential linear unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EluSpec {
    /// α: the limit for large negative x is −α.
    pub alpha: f64,
}

impl Default for EluSpec {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

fn one_group() -> usize {
    1
}

fn signs() -> Initializer {
    Initializer::Signs
}
