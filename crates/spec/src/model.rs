//! `[model]`: a feed-forward network as a list of layers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Problem;

/// The layers and how their parameters begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// From input to output.
    pub layers: Vec<LayerSpec>,
    /// Initial weights of layers that do not say otherwise.
    #[serde(default)]
    pub weights: Initializer,
    /// Initial biases of layers that do not say otherwise.
    #[serde(default = "Initializer::zero")]
    pub biases: Initializer,
    /// A safetensors file with every parameter by name, instead of drawing them. Looked up beside
    /// the config, then in the current folder.
    #[serde(default)]
    pub initial_parameters: Option<PathBuf>,
}

/// One layer. A layer without settings is written as its name: `"relu"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerSpec {
    /// y = x Wᵀ + b.
    Linear(LinearSpec),
    /// y = 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// y = tanh x.
    Tanh,
    /// y = max(0, x).
    Relu,
    /// y = x where x > 0, else slope · x.
    LeakyRelu(LeakyReluSpec),
    /// y = x.
    Identity,
    /// yₖ = eˣᵏ / Σⱼ eˣʲ over the features of a sample.
    Softmax,
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

/// A distribution of initial values. `fan_in` and `fan_out` are the inputs and outputs of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initializer {
    /// Evenly in \[low, high).
    Uniform {
        /// Smallest value.
        low: f64,
        /// Bound above.
        high: f64,
    },
    /// Gaussian.
    Normal {
        /// Mean.
        #[serde(default)]
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// Uniform with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 16).
    #[default]
    XavierUniform,
    /// Gaussian with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12).
    XavierNormal,
    /// Uniform with variance 2 / fan_in (He et al. 2015, eq. 10).
    HeUniform,
    /// Gaussian with variance 2 / fan_in (He et al. 2015, eq. 10).
    HeNormal,
    /// Uniform with variance 1 / fan_in (LeCun et al. 1998, "Efficient BackProp", eq. 16).
    LecunUniform,
    /// Gaussian with variance 1 / fan_in (LeCun et al. 1998, "Efficient BackProp", eq. 16).
    LecunNormal,
    /// Every value the same.
    Constant(f64),
}

impl Initializer {
    fn zero() -> Self {
        Self::Constant(0.0)
    }
}

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
    /// Its parameters in the order of their use.
    pub parameters: Vec<PlannedParameter>,
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
}

/// A parameter of a planned layer.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedParameter {
    /// Path as in PyTorch: `0.weight`, `output.bias`.
    pub name: String,
    /// A linear weight is `[out, in]`.
    pub shape: Vec<usize>,
    /// Inputs of a unit.
    pub fan_in: usize,
    /// Outputs of a unit.
    pub fan_out: usize,
    /// Where its values begin.
    pub initializer: Initializer,
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

impl ModelSpec {
    /// Gives every layer its sizes and parameters, for samples of the given shape.
    pub fn plan(&self, sample_shape: &[usize]) -> Vec<PlannedLayer> {
        let mut shape = sample_shape.to_vec();
        let mut plan = Vec::with_capacity(self.layers.len());
        for (index, spec) in self.layers.iter().enumerate() {
            let layer = self.plan_layer(index, spec, shape);
            shape = layer.output.clone();
            plan.push(layer);
        }
        plan
    }

    fn plan_layer(&self, index: usize, spec: &LayerSpec, input: Vec<usize>) -> PlannedLayer {
        let mut name = index.to_string();
        let mut output = input.clone();
        let mut parameters = Vec::new();
        if let LayerSpec::Linear(linear) = spec {
            name = linear.name.clone().unwrap_or(name);
            output = vec![linear.units];
            parameters = self.linear_parameters(&name, linear, input.iter().product());
        }
        PlannedLayer {
            name,
            spec: spec.clone(),
            input,
            output,
            parameters,
        }
    }

    /// Weight `[units, inputs]` and bias `[units]`.
    fn linear_parameters(
        &self,
        name: &str,
        linear: &LinearSpec,
        inputs: usize,
    ) -> Vec<PlannedParameter> {
        let parameter = |suffix: &str, shape, initializer| PlannedParameter {
            name: format!("{name}.{suffix}"),
            shape,
            fan_in: inputs,
            fan_out: linear.units,
            initializer,
        };
        let weights = linear.weights.unwrap_or(self.weights);
        let mut parameters = vec![parameter("weight", vec![linear.units, inputs], weights)];
        if linear.bias {
            let biases = linear.biases.unwrap_or(self.biases);
            parameters.push(parameter("bias", vec![linear.units], biases));
        }
        parameters
    }

    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if !self
            .layers
            .iter()
            .any(|l| matches!(l, LayerSpec::Linear(_)))
        {
            let reason = "there is no layer with parameters, so nothing to learn";
            return Err(Problem::new("model.layers", reason)
                .hint("add one, for example { linear = { units = 10 } }"));
        }
        check_initializer("model.weights", &self.weights)?;
        check_initializer("model.biases", &self.biases)?;
        let mut names = std::collections::HashSet::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let key = format!("model.layers.{index}");
            match layer {
                LayerSpec::Linear(linear) => {
                    check_linear(&format!("{key}.linear"), linear)?;
                    if let Some(name) = &linear.name
                        && !names.insert(name)
                    {
                        let reason = format!("two layers are named \"{name}\"");
                        return Err(Problem::new(format!("{key}.linear.name"), reason)
                            .hint("give each its own name"));
                    }
                }
                LayerSpec::LeakyRelu(leaky) if !leaky.slope.is_finite() => {
                    let key = format!("{key}.leaky_relu.slope");
                    return Err(Problem::new(key, "the slope must be a finite number"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn check_linear(key: &str, linear: &LinearSpec) -> Result<(), Problem> {
    if linear.units == 0 {
        let reason = "a layer of 0 units has no output";
        return Err(Problem::new(format!("{key}.units"), reason).hint("1 or more"));
    }
    if linear.units > 1_000_000 {
        let reason = format!("{} units are more than a machine can hold", linear.units);
        return Err(Problem::new(format!("{key}.units"), reason).hint("at most 1000000"));
    }
    if let Some(name) = &linear.name {
        let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !(letter && plain) || name == "x" {
            let reason = format!("\"{name}\" cannot name a layer");
            return Err(Problem::new(format!("{key}.name"), reason)
                .hint("a letter, then letters, digits and _; \"x\" is taken by the input"));
        }
    }
    for (field, initializer) in [("weights", &linear.weights), ("biases", &linear.biases)] {
        if let Some(initializer) = initializer {
            check_initializer(&format!("{key}.{field}"), initializer)?;
        }
    }
    Ok(())
}

fn check_initializer(key: &str, initializer: &Initializer) -> Result<(), Problem> {
    let (fine, expected) = match *initializer {
        Initializer::Uniform { low, high } => (
            low.is_finite() && high.is_finite() && low < high,
            "low must be below high, both finite",
        ),
        Initializer::Normal { mean, std } => (
            mean.is_finite() && std.is_finite() && std >= 0.0,
            "std must be 0 or more, mean and std finite",
        ),
        Initializer::Constant(value) => (value.is_finite(), "the constant must be finite"),
        _ => (true, ""),
    };
    if fine {
        Ok(())
    } else {
        Err(Problem::new(key, expected))
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(units: usize) -> LayerSpec {
        LayerSpec::Linear(LinearSpec {
            units,
            bias: true,
            name: None,
            weights: None,
            biases: None,
        })
    }

    #[test]
    fn a_plan_names_parameters_by_the_index_of_their_layer() {
        let model = ModelSpec {
            layers: vec![linear(3), LayerSpec::Relu, linear(2)],
            weights: Initializer::default(),
            biases: Initializer::zero(),
            initial_parameters: None,
        };
        let plan = model.plan(&[1, 2, 2]);
        let names: Vec<_> = plan
            .iter()
            .flat_map(|layer| &layer.parameters)
            .map(|p| (p.name.as_str(), p.shape.as_slice()))
            .collect();
        let expected: [(&str, &[usize]); 4] = [
            ("0.weight", &[3, 4]),
            ("0.bias", &[3]),
            ("2.weight", &[2, 3]),
            ("2.bias", &[2]),
        ];
        assert_eq!(names, expected);
        assert_eq!(plan[1].inputs(), 3);
        assert_eq!(plan[2].outputs(), 2);
    }

    /// Worked example 6: a d-q-l network with thresholds has (d + l + 1) q + l parameters.
    #[test]
    fn one_hidden_layer_has_the_parameters_of_the_textbook() {
        for (d, q, l) in [(2, 2, 1), (4, 10, 3), (784, 30, 10)] {
            let model = ModelSpec {
                layers: vec![linear(q), LayerSpec::Sigmoid, linear(l)],
                weights: Initializer::default(),
                biases: Initializer::zero(),
                initial_parameters: None,
            };
            let plan = model.plan(&[d]);
            let count: usize = plan
                .iter()
                .flat_map(|layer| &layer.parameters)
                .map(PlannedParameter::len)
                .sum();
            assert_eq!(count, (d + l + 1) * q + l);
        }
    }
}
