//! `multi_head_attention`: each position of a sequence takes the mean of all, by learned weights.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, one, yes};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// Scaled dot-product self-attention of several heads, of a sequence `[T, D]` to `[T, D]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultiHeadAttentionSpec {
    /// Heads, each of which has an equal share of the D numbers of a position.
    pub heads: usize,
    /// Whether a position sees itself and what stands before it, but nothing behind it.
    #[serde(default)]
    pub causal: bool,
    /// Whether there are biases.
    #[serde(default = "yes")]
    pub bias: bool,
    /// Name in parameter paths (`name.in_proj_weight`); none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial weights of queries, keys and values, and of the output unless that has its own; none:
    /// `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
    /// Initial weights of the output; none: those of the others.
    #[serde(default)]
    pub output_weights: Option<Initializer>,
    /// Initial biases; none: `[model] biases`.
    #[serde(default)]
    pub biases: Option<Initializer>,
    /// Factor of the learning rate; 0: the layer stays as it is.
    #[serde(default = "one")]
    pub learning_rate: f64,
}

impl MultiHeadAttentionSpec {
    /// So many heads with biases that see all positions, everything else as in a config that does
    /// not say.
    pub fn new(heads: usize) -> Self {
        Self {
            heads,
            causal: false,
            bias: true,
            name: None,
            weights: None,
            output_weights: None,
            biases: None,
            learning_rate: 1.0,
        }
    }

    /// PyTorch's parameters, with its names, shapes and order; the fans are those of the queries.
    fn parameters(&self, planner: &Planner<'_>, features: usize) -> Vec<PlannedParameter> {
        let parameter = |name, shape, initializer, weighs| PlannedParameter {
            fan_in: features,
            fan_out: features,
            initializer,
            learning_rate: self.learning_rate,
            weighs,
            ..planner.fixed(name, shape, 0.0)
        };
        let weights = planner.weights(&self.weights);
        let output = self.output_weights.as_ref().unwrap_or(&weights).clone();
        let biases = self.biases.as_ref().unwrap_or(&planner.model.biases);
        let bias = |name, units| parameter(name, vec![units], biases.clone(), false);
        let mut parameters = vec![
            parameter(
                "in_proj_weight",
                vec![3 * features, features],
                weights,
                true,
            ),
            bias("in_proj_bias", 3 * features),
            parameter("out_proj.weight", vec![features, features], output, true),
            bias("out_proj.bias", features),
        ];
        parameters.retain(|parameter| self.bias || parameter.weighs);
        parameters
    }
}

impl Layer for MultiHeadAttentionSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("heads", self.heads)?;
        checker.learning_rate(self.learning_rate)?;
        checker.initializers(&self.weights, &self.biases)?;
        match &self.output_weights {
            Some(weights) => super::check_initializer(&checker.field("output_weights"), weights),
            None => Ok(()),
        }
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [steps, features] = planner.sequence(&layer.input)?;
        if features % self.heads != 0 {
            let reason = format!(
                "{} heads cannot share the {features} numbers of a position equally",
                self.heads
            );
            let fitting = (1..=features).filter(|heads| features % heads == 0);
            let fitting: Vec<String> = fitting.map(|heads| heads.to_string()).collect();
            return Err(Problem::new(format!("{}.heads", planner.key), reason)
                .hint(format!("one of {}", fitting.join(", "))));
        }
        layer.parameters = self.parameters(planner, features);
        let pairs = steps * if self.causal { steps / 2 + 1 } else { steps };
        layer.multiplications = Some(4 * steps * features * features + 2 * pairs * features);
        let pairs = match self.causal {
            true => steps * (steps + 1) / 2,
            false => steps * steps,
        };
        layer.multiply_adds = 4 * steps * features * features + 2 * pairs * features;
        // Queries, keys, values and what the heads give; the weights of each head.
        layer.kept = 4 * steps * features + self.heads * steps * steps;
        Ok(())
    }

    fn learns(&self) -> bool {
        !self.is_fixed()
    }

    fn is_fixed(&self) -> bool {
        self.learning_rate == 0.0
    }

    fn attends(&self) -> bool {
        true
    }

    fn reads_ahead(&self) -> bool {
        !self.causal
    }
}
