//! `tied_embedding`: a table of vectors that is looked up before some layers, and gives the outputs
//! behind them.

use serde::{Deserialize, Serialize};

use super::{Checker, EmbeddingSpec, Layer, LayerSpec, check_layers};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, Planner};

/// Layers between the two places of one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TiedEmbeddingSpec {
    /// Rows of the table: inputs are integers below it, and there are as many outputs at each
    /// position.
    pub tokens: usize,
    /// Numbers of each vector.
    pub dimension: usize,
    /// What lies between, from vectors `[T, dimension]` to the like. Named `name.layers.0` and so on.
    pub layers: Vec<LayerSpec>,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial vectors; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
}

impl TiedEmbeddingSpec {
    /// The table alone, as the layer that looks it up.
    pub fn embedding(&self) -> EmbeddingSpec {
        EmbeddingSpec {
            tokens: self.tokens,
            dimension: self.dimension,
            name: self.name.clone(),
            weights: self.weights.clone(),
        }
    }
}

impl Layer for TiedEmbeddingSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.embedding().check(checker)?;
        if self.layers.is_empty() {
            let reason = "without layers between them both places of the table meet at once";
            return Err(Problem::new(checker.field("layers"), reason).hint("list one or more"));
        }
        check_layers(&checker.field("layers"), &self.layers)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        self.embedding().plan(planner, layer)?;
        let vectors = layer.output.clone();
        let chain = planner.inside("layers", &self.layers, &vectors)?;
        let end = chain.last().map_or(&vectors, |last| &last.output);
        if *end != vectors {
            let reason = format!(
                "the layers lead from {vectors:?} to {end:?}, which the vectors of the table do not \
                 fit"
            );
            return Err(Problem::new(format!("{}.layers", planner.key), reason)
                .hint("end with as many numbers at each position as the dimension"));
        }
        layer.output = vec![vectors[0], self.tokens];
        planner.take_chains(layer, vec![chain])?;
        let products = layer.inputs() * self.dimension * self.tokens;
        layer.multiplications = layer.multiplications.map(|inside| inside + products);
        layer.multiply_adds += products;
        layer.kept = vectors.iter().product();
        Ok(())
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("tokens")
    }

    fn learns(&self) -> bool {
        true
    }

    fn tokens(&self) -> Vec<usize> {
        vec![self.tokens]
    }

    fn inside(&self) -> Vec<(&'static str, &[LayerSpec])> {
        vec![("layers", &self.layers)]
    }
}
