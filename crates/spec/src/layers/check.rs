//! Checks of settings that several layers have.

use std::collections::HashSet;

use super::LayerSpec;
use crate::Problem;
use crate::check::Checker;
use crate::initializer::Initializer;
use crate::pair::Pair;

/// Largest number of units, maps, or anything else that makes a size: more is a slip of the pen.
const LARGEST: usize = 1_000_000;

/// What only layers have.
impl Checker<'_> {
    /// Above 0 and below 1.
    pub(crate) fn epsilon(&self, value: f64) -> Result<(), Problem> {
        let fine = value > 0.0 && value < 1.0;
        self.number("epsilon", value, fine, "above 0 and below 1")
    }

    /// The factor of the learning rate.
    pub(crate) fn learning_rate(&self, value: f64) -> Result<(), Problem> {
        self.not_negative("learning_rate", value)
    }

    /// A finite slope.
    pub(crate) fn slope(&self, value: f64) -> Result<(), Problem> {
        match value.is_finite() {
            true => Ok(()),
            false => Err(Problem::new(
                self.field("slope"),
                "the slope must be a finite number",
            )),
        }
    }

    /// Initial weights and biases, where the layer has its own.
    pub(crate) fn initializers(
        &self,
        weights: &Option<Initializer>,
        biases: &Option<Initializer>,
    ) -> Result<(), Problem> {
        for (field, initializer) in [("weights", weights), ("biases", biases)] {
            if let Some(initializer) = initializer {
                check_initializer(&self.field(field), initializer)?;
            }
        }
        Ok(())
    }

    /// 1 to [`LARGEST`].
    pub(crate) fn units(&self, field: &str, value: usize) -> Result<(), Problem> {
        let what = match field {
            "dimension" => "numbers",
            other => other,
        };
        if value == 0 {
            let reason = match field {
                "units" => "a layer of 0 units has no output".to_string(),
                _ => format!("0 {what} give nothing"),
            };
            return Err(Problem::new(self.field(field), reason).hint("1 or more"));
        }
        if value > LARGEST {
            let reason = format!("{value} {what} are more than a machine can hold");
            return Err(Problem::new(self.field(field), reason).hint(format!("at most {LARGEST}")));
        }
        Ok(())
    }

    /// Both `least` to [`LARGEST`].
    pub(crate) fn sides(&self, field: &str, pair: Pair, least: usize) -> Result<(), Problem> {
        let fine = |side: usize| (least..=LARGEST).contains(&side);
        if fine(pair.height) && fine(pair.width) {
            return Ok(());
        }
        let reason = format!("{} x {} is not a possible {field}", pair.height, pair.width);
        Err(Problem::new(self.field(field), reason).hint(format!("{least} to {LARGEST}")))
    }
}

/// Checks a list of layers and their names.
pub(crate) fn check_layers(key: &str, layers: &[LayerSpec]) -> Result<(), Problem> {
    let mut names = HashSet::new();
    for (index, layer) in layers.iter().enumerate() {
        let key = format!("{key}.{index}.{}", layer.kind());
        let checker = Checker::new(&key);
        if let Some(name) = layer.layer().name() {
            check_name(&checker, name)?;
            if !names.insert(name) {
                let reason = format!("two layers are named \"{name}\"");
                return Err(
                    Problem::new(checker.field("name"), reason).hint("give each its own name")
                );
            }
        }
        layer.layer().check(&checker)?;
    }
    Ok(())
}

fn check_name(checker: &Checker<'_>, name: &str) -> Result<(), Problem> {
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if letter && plain && name != "x" {
        return Ok(());
    }
    let reason = format!("\"{name}\" cannot name a layer");
    Err(Problem::new(checker.field("name"), reason)
        .hint("a letter, then letters, digits and _; \"x\" is taken by the input"))
}

/// Checks the numbers of an initializer.
pub(crate) fn check_initializer(key: &str, initializer: &Initializer) -> Result<(), Problem> {
    let (fine, expected) = match initializer {
        Initializer::Uniform { low, high } => (
            low.is_finite() && high.is_finite() && low < high,
            "low must be below high, both finite",
        ),
        Initializer::Normal { mean, std } => (
            mean.is_finite() && std.is_finite() && *std >= 0.0,
            "std must be 0 or more, mean and std finite",
        ),
        Initializer::Constant(value) => (value.is_finite(), "the constant must be finite"),
        Initializer::Values(values) => (
            !values.is_empty() && values.iter().all(|value| value.is_finite()),
            "the values must be a list of finite numbers",
        ),
        Initializer::FanIn(bound) => (
            *bound > 0.0 && bound.is_finite(),
            "the bound must be above 0 and finite",
        ),
        Initializer::Digits => (
            false,
            "the pictures of the digits can only be the centers of a squared_distance layer",
        ),
        Initializer::Samples
        | Initializer::KMeans { .. }
        | Initializer::OrthogonalLeastSquares
        | Initializer::Width => (
            false,
            "what is found among the samples can only be the centers of an rbf layer",
        ),
        Initializer::LeastSquares { .. } => (
            false,
            "least_squares can only be the weights of a linear layer, the last of the model",
        ),
        _ => (true, ""),
    };
    match fine {
        true => Ok(()),
        false => Err(Problem::new(key, expected)),
    }
}
