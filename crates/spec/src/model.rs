//! `[model]`: a feed-forward network as a list of layers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::layers::{check_initializer, check_layers};
use crate::plan;

pub use crate::initializer::Initializer;
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
        let has_parameters = |layer: &LayerSpec| layer.layer().learns() || layer.layer().is_fixed();
        if !self.layers.iter().any(has_parameters) {
            let reason = "there is no layer with parameters, so nothing to learn";
            return Err(Problem::new("model.layers", reason)
                .hint("add one, for example { linear = { units = 10 } }"));
        }
        Ok(())
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
