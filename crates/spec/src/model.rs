//! `[model]`: a feed-forward network as a list of layers.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::plan;

pub use crate::initial::Initializer;
pub use crate::layers::*;
pub use crate::plan::{PlannedLayer, PlannedParameter};

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
    /// A safetensors file with every parameter by PyTorch's names, instead of drawing them. Looked
    /// up beside the config, then in the current folder. Tensors named `num_batches_tracked` are
    /// passed over, and what all names begin with (`module.`) may stand before those of the model.
    #[serde(default)]
    pub initial_parameters: Option<PathBuf>,
}

/// Largest number of units, maps, or anything else that makes a size: more is a slip of the pen.
const LARGEST: usize = 1_000_000;

impl ModelSpec {
    /// These layers, with parameters as in a config that does not say.
    pub fn new(layers: Vec<LayerSpec>) -> Self {
        Self {
            layers,
            weights: Initializer::default(),
            biases: Initializer::zero(),
            initial_parameters: None,
        }
    }

    /// Gives every layer its sizes and parameters, for samples of the given shape.
    ///
    /// # Errors
    /// When a layer cannot take what the one before it gives.
    pub fn plan(&self, sample_shape: &[usize]) -> Result<Vec<PlannedLayer>, Problem> {
        plan::chain(self, &self.layers, "", "model.layers", sample_shape)
    }

    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        check_initializer("model.weights", &self.weights)?;
        check_initializer("model.biases", &self.biases)?;
        check_layers("model.layers", &self.layers)?;
        if !self.layers.iter().any(learns) {
            let reason = "there is no layer with parameters, so nothing to learn";
            return Err(Problem::new("model.layers", reason)
                .hint("add one, for example { linear = { units = 10 } }"));
        }
        Ok(())
    }
}

fn learns(layer: &LayerSpec) -> bool {
    match layer {
        LayerSpec::Linear(_)
        | LayerSpec::Conv2d(_)
        | LayerSpec::Subsampling(_)
        | LayerSpec::BatchNorm(_)
        | LayerSpec::LayerNorm(_)
        | LayerSpec::Embedding(_)
        | LayerSpec::Maxout(_)
        | LayerSpec::Prelu(_) => true,
        LayerSpec::Rbf(rbf) => rbf.learning_rate > 0.0,
        LayerSpec::Residual(block) => block.layers.iter().chain(&block.shortcut).any(learns),
        _ => false,
    }
}

fn check_layers(key: &str, layers: &[LayerSpec]) -> Result<(), Problem> {
    let mut names = HashSet::new();
    for (index, layer) in layers.iter().enumerate() {
        let key = format!("{key}.{index}.{}", layer.kind());
        if let Some(name) = layer.name() {
            check_layer_name(&key, name)?;
            if !names.insert(name) {
                let reason = format!("two layers are named \"{name}\"");
                return Err(
                    Problem::new(format!("{key}.name"), reason).hint("give each its own name")
                );
            }
        }
        check_layer(&key, layer)?;
    }
    Ok(())
}

fn check_layer_name(key: &str, name: &str) -> Result<(), Problem> {
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if letter && plain && name != "x" {
        return Ok(());
    }
    let reason = format!("\"{name}\" cannot name a layer");
    Err(Problem::new(format!("{key}.name"), reason)
        .hint("a letter, then letters, digits and _; \"x\" is taken by the input"))
}

fn check_layer(key: &str, layer: &LayerSpec) -> Result<(), Problem> {
    let number = |field: &str, value: f64, fine: bool, expected: &str| match fine {
        true => Ok(()),
        false => {
            let reason = format!("{value} is not a possible {}", field.replace('_', " "));
            Err(Problem::new(format!("{key}.{field}"), reason).hint(expected))
        }
    };
    let rate = |value: f64| {
        let fine = value >= 0.0 && value.is_finite();
        number("learning_rate", value, fine, "0 or more")
    };
    let initializers = |weights: &Option<Initializer>, biases: &Option<Initializer>| {
        for (field, initializer) in [("weights", weights), ("biases", biases)] {
            if let Some(initializer) = initializer {
                check_initializer(&format!("{key}.{field}"), initializer)?;
            }
        }
        Ok(())
    };
    let epsilon = |value: f64| {
        number(
            "epsilon",
            value,
            value > 0.0 && value < 1.0,
            "above 0 and below 1",
        )
    };
    match layer {
        LayerSpec::Linear(linear) => {
            units(key, "units", linear.units)?;
            rate(linear.learning_rate)?;
            initializers(&linear.weights, &linear.biases)
        }
        LayerSpec::Conv2d(conv) => {
            check_convolution(key, conv)?;
            rate(conv.learning_rate)?;
            initializers(&conv.weights, &conv.biases)
        }
        LayerSpec::MaxPool(pool) | LayerSpec::AvgPool(pool) => {
            sides(key, "size", pool.size, 1)?;
            sides(key, "stride", pool.stride(), 1)?;
            sides(key, "padding", pool.padding, 0)
        }
        LayerSpec::Subsampling(pool) => {
            sides(key, "size", pool.size, 1)?;
            rate(pool.learning_rate)?;
            initializers(&pool.weights, &pool.biases)
        }
        LayerSpec::Dropout(dropout) => {
            let fine = (0.0..1.0).contains(&dropout.rate);
            number("rate", dropout.rate, fine, "0 or more and below 1")
        }
        LayerSpec::BatchNorm(norm) => {
            let fine = norm.momentum > 0.0 && norm.momentum <= 1.0;
            number("momentum", norm.momentum, fine, "above 0 and at most 1")?;
            epsilon(norm.epsilon)
        }
        LayerSpec::LayerNorm(norm) => epsilon(norm.epsilon),
        LayerSpec::LocalResponseNorm(norm) => {
            let size = norm.size as f64;
            number(
                "size",
                size,
                norm.size % 2 == 1,
                "an odd number of channels",
            )?;
            let positive = |v: f64| v > 0.0 && v.is_finite();
            number("alpha", norm.alpha, positive(norm.alpha), "above 0")?;
            number("beta", norm.beta, positive(norm.beta), "above 0")?;
            number("k", norm.k, positive(norm.k), "above 0")
        }
        LayerSpec::Embedding(table) => {
            units(key, "tokens", table.tokens)?;
            units(key, "dimension", table.dimension)?;
            initializers(&table.weights, &None)
        }
        LayerSpec::Maxout(maxout) => {
            units(key, "units", maxout.units)?;
            units(key, "pieces", maxout.pieces)?;
            initializers(&maxout.weights, &maxout.biases)
        }
        LayerSpec::Rbf(rbf) => {
            units(key, "units", rbf.units)?;
            rate(rbf.learning_rate)?;
            match rbf.centers {
                // They are drawn nowhere else; the plan sees whether they fit.
                Initializer::Digits => Ok(()),
                centers => check_initializer(&format!("{key}.centers"), &centers),
            }
        }
        LayerSpec::Residual(block) => {
            if block.layers.is_empty() {
                let reason = "a residual block without layers does nothing";
                return Err(Problem::new(format!("{key}.layers"), reason).hint("list one or more"));
            }
            check_layers(&format!("{key}.layers"), &block.layers)?;
            check_layers(&format!("{key}.shortcut"), &block.shortcut)
        }
        LayerSpec::LeakyRelu(LeakyReluSpec { slope })
        | LayerSpec::Prelu(PreluSpec { slope, .. }) => match slope.is_finite() {
            true => Ok(()),
            false => {
                let key = format!("{key}.slope");
                Err(Problem::new(key, "the slope must be a finite number"))
            }
        },
        LayerSpec::Elu(elu) => {
            let fine = elu.alpha > 0.0 && elu.alpha.is_finite();
            number("alpha", elu.alpha, fine, "above 0")
        }
        _ => Ok(()),
    }
}

fn check_convolution(key: &str, conv: &Conv2dSpec) -> Result<(), Problem> {
    units(key, "channels", conv.channels)?;
    units(key, "groups", conv.groups)?;
    sides(key, "kernel", conv.kernel, 1)?;
    sides(key, "stride", conv.stride, 1)?;
    sides(key, "padding", conv.padding, 0)?;
    sides(key, "dilation", conv.dilation, 1)?;
    let Some(table) = &conv.connections else {
        return Ok(());
    };
    let key = format!("{key}.connections");
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

/// 1 to [`LARGEST`].
fn units(key: &str, field: &str, value: usize) -> Result<(), Problem> {
    let key = format!("{key}.{field}");
    let what = match field {
        "dimension" => "numbers",
        other => other,
    };
    if value == 0 {
        let reason = match field {
            "units" => "a layer of 0 units has no output".to_string(),
            _ => format!("0 {what} give nothing"),
        };
        return Err(Problem::new(key, reason).hint("1 or more"));
    }
    if value > LARGEST {
        let reason = format!("{value} {what} are more than a machine can hold");
        return Err(Problem::new(key, reason).hint(format!("at most {LARGEST}")));
    }
    Ok(())
}

/// Both `least` to [`LARGEST`].
fn sides(key: &str, field: &str, pair: Pair, least: usize) -> Result<(), Problem> {
    let fine = |side: usize| (least..=LARGEST).contains(&side);
    match fine(pair.height) && fine(pair.width) {
        true => Ok(()),
        false => {
            let reason = format!("{} x {} is not a possible {field}", pair.height, pair.width);
            let hint = format!("{least} to {LARGEST}");
            Err(Problem::new(format!("{key}.{field}"), reason).hint(hint))
        }
    }
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
        Initializer::FanIn(bound) => (
            bound > 0.0 && bound.is_finite(),
            "the bound must be above 0 and finite",
        ),
        Initializer::Digits => (
            false,
            "the pictures of the digits can only be the centers of an rbf layer",
        ),
        _ => (true, ""),
    };
    if fine {
        Ok(())
    } else {
        Err(Problem::new(key, expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(units: usize) -> LayerSpec {
        LayerSpec::Linear(LinearSpec::new(units))
    }

    #[test]
    fn a_plan_names_parameters_by_the_index_of_their_layer() {
        let model = ModelSpec::new(vec![linear(3), LayerSpec::Relu, linear(2)]);
        let plan = model.plan(&[1, 2, 2]).unwrap();
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
            let model = ModelSpec::new(vec![linear(q), LayerSpec::Sigmoid, linear(l)]);
            let plan = model.plan(&[d]).unwrap();
            let count: usize = plan.iter().map(PlannedLayer::parameter_count).sum();
            assert_eq!(count, (d + l + 1) * q + l);
        }
    }

    #[test]
    fn a_convolution_has_the_size_of_the_formula() {
        let conv = Conv2dSpec {
            stride: [2, 1].into(),
            padding: [1, 0].into(),
            dilation: [1, 2].into(),
            groups: 2,
            ..Conv2dSpec::new(6, [3, 2])
        };
        let plan = ModelSpec::new(vec![LayerSpec::Conv2d(conv)]).plan(&[4, 9, 8]);
        let layer = &plan.unwrap()[0];
        // (9 + 2 − 3) / 2 + 1 rows, (8 − (2 (2 − 1) + 1)) / 1 + 1 columns.
        assert_eq!(layer.output, [6, 5, 6]);
        assert_eq!(layer.parameters[0].shape, [6, 2, 3, 2]);
        assert_eq!(layer.parameters[1].shape, [6]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let problem = |layers: Vec<LayerSpec>, shape: &[usize]| {
            let problem = ModelSpec::new(layers).plan(shape).unwrap_err();
            (problem.key, problem.reason)
        };
        let conv = || LayerSpec::Conv2d(Conv2dSpec::new(2, 5));
        let (key, reason) = problem(vec![conv()], &[784]);
        assert_eq!(key, "model.layers.0.conv2d");
        assert!(reason.contains("[784]"), "{reason}");
        let (key, reason) = problem(vec![conv(), conv()], &[1, 8, 8]);
        assert_eq!(key, "model.layers.1.conv2d");
        assert!(
            reason.contains("5 x 5") && reason.contains("4 x 4"),
            "{reason}"
        );
        let block = ResidualSpec {
            layers: vec![linear(3)],
            shortcut: vec![],
            name: None,
        };
        let (key, reason) = problem(vec![LayerSpec::Residual(block)], &[4]);
        assert_eq!(key, "model.layers.0.residual");
        assert!(reason.contains("[3]") && reason.contains("[4]"), "{reason}");
    }
}
