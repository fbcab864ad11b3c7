//! What is fitted to the training data before anything learns: centres, and weights in closed form.

use super::NetworkSpec;
use crate::Problem;
use crate::experiment::DataShape;
use crate::initializer::Initializer;
use crate::model::LayerSpec;

impl NetworkSpec {
    /// A closed form is of the last layer, and of a sum of squares.
    pub(super) fn check_solved(&self) -> Result<(), Problem> {
        let solved = |layer: &LayerSpec| layer.any(&|layer| layer.is_solved());
        let layers = &self.model.layers;
        let Some(index) = layers.iter().position(solved) else {
            return Ok(());
        };
        let key = format!("model.layers.{index}.{}", layers[index].kind());
        if index + 1 < layers.len() || !layers[index].layer().is_solved() {
            let reason = "only the last layer of the model has weights in closed form";
            let hint = "other initial weights, or put this layer last";
            return Err(Problem::new(key, reason).hint(hint));
        }
        let loss = self.training.loss;
        if loss.loss().is_of_squares() {
            return Ok(());
        }
        let kind = loss.kind();
        let reason = format!("least squares is no minimum of {kind}");
        let hint = "loss = \"squared_error\", or other initial weights";
        Err(Problem::new(format!("{key}.weights"), reason).hint(hint))
    }

    /// There must be as many samples as centres, and classes where each has its own.
    pub(super) fn check_centers(&self, shape: &DataShape) -> Result<(), Problem> {
        if self.model.initial_parameters.is_some() {
            return Ok(());
        }
        for (index, layer) in self.model.layers.iter().enumerate() {
            let LayerSpec::Rbf(rbf) = layer else { continue };
            let key = format!("model.layers.{index}.rbf");
            if rbf.centers.is_fitted() && rbf.units > shape.samples {
                let (units, samples) = (rbf.units, shape.samples);
                let reason = format!("{samples} samples give at most as many centres, not {units}");
                let problem = Problem::new(format!("{key}.units"), reason);
                return Err(problem.hint(format!("at most {samples}")));
            }
            let Initializer::KMeans {
                per_class: true, ..
            } = rbf.centers
            else {
                continue;
            };
            let Some(classes) = shape.classes else {
                let reason = "the target is a real number, so there are no classes to cluster";
                let problem = Problem::new(format!("{key}.centers.k_means.per_class"), reason);
                return Err(problem.hint("leave it out"));
            };
            if rbf.units % classes != 0 {
                let units = rbf.units;
                let reason = format!("{units} centres are not equally many for {classes} classes");
                let problem = Problem::new(format!("{key}.units"), reason);
                return Err(problem.hint(format!("a multiple of {classes}")));
            }
        }
        Ok(())
    }
}
