//! A network that learns by gradients: what stands in a config in place of `[learner]`.

mod data;
mod fitted;
mod sequences;

use crate::Problem;
use crate::augmentation::AugmentationSpec;
use crate::escapes::EscapeSpec;
use crate::experiment::ImplementationName;
use crate::invariance::InvarianceSpec;
use crate::model::{LayerSpec, ModelSpec};
use crate::stopping::StoppingSpec;
use crate::training::{GradientCheckSpec, TrainingSpec};

/// A network, how it is trained, and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSpec {
    /// Who trains.
    pub implementations: Vec<ImplementationName>,
    /// How its training images are changed at random.
    pub augmentation: AugmentationSpec,
    /// How its test images are changed, to be measured on as well.
    pub invariance: InvarianceSpec,
    /// What learns.
    pub model: ModelSpec,
    /// How it learns.
    pub training: TrainingSpec,
    /// How its gradients are proved.
    pub gradient_check: GradientCheckSpec,
}

impl NetworkSpec {
    /// Finds values that are impossible whatever the data.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.implementations.is_empty() {
            let problem = Problem::new("implementations", "nobody trains");
            return Err(problem.hint("list at least one of backprop, burn-ndarray, burn-flex"));
        }
        for (index, name) in self.implementations.iter().enumerate() {
            if self.implementations[..index].contains(name) {
                let reason = format!("\"{}\" stands there twice", name.as_str());
                return Err(Problem::new(format!("implementations.{index}"), reason));
            }
        }
        self.augmentation.check()?;
        self.invariance.check()?;
        self.model.check()?;
        self.check_epochs()?;
        self.check_solved()?;
        self.training.check()?;
        self.gradient_check.check()?;
        self.check_curvature()?;
        self.check_steps()?;
        self.check_carried_state()?;
        self.check_averaging()?;
        self.check_pocket()?;
        self.check_layer_metrics()?;
        self.check_last_layer()
    }

    /// Without epochs nothing may learn but what has a closed form, and nothing may be asked of
    /// updates.
    fn check_epochs(&self) -> Result<(), Problem> {
        let training = &self.training;
        if training.epochs > 0 {
            return Ok(());
        }
        let solved = self.model.layers.last();
        let solved = solved.is_some_and(|layer| layer.layer().is_solved());
        let learns = |layer: &LayerSpec| layer.any(&|layer| layer.learns());
        if !solved && self.model.layers.iter().any(learns) {
            let problem = Problem::new("training.epochs", "0 epochs train nothing");
            return Err(problem.hint("1 or more"));
        }
        let asked = [
            ("averaging", training.averaging),
            ("pocket", training.pocket),
            ("escapes", !training.escapes.is_empty()),
            ("stopping", training.stopping != StoppingSpec::default()),
        ];
        match asked.into_iter().find(|(_, asked)| *asked) {
            None => Ok(()),
            Some((key, _)) => {
                let reason = "with 0 epochs there are no updates that it could be about";
                Err(Problem::new(format!("training.{key}"), reason).hint("leave it out"))
            }
        }
    }

    /// The rule that divides by curvatures needs layers and a loss that have them.
    fn check_curvature(&self) -> Result<(), Problem> {
        if self.training.optimizer.curvature_samples().is_none() {
            return Ok(());
        }
        let rule = self.training.optimizer.kind();
        if !self.training.loss.has_curvature() {
            let kind = self.training.loss.kind();
            let reason = format!("{kind} has no second derivative for {rule}");
            return Err(Problem::new("training.loss", reason).hint("use squared_error"));
        }
        let mut layers = self.model.layers.iter().enumerate();
        match layers.find(|(_, layer)| !layer.layer().has_curvature()) {
            None => Ok(()),
            Some((index, layer)) => {
                let reason = format!("{} has no second backward pass for {rule}", layer.kind());
                Err(Problem::new(format!("model.layers.{index}"), reason)
                    .hint("use another layer or another optimizer"))
            }
        }
    }

    /// What is measured on activations needs layers that give some.
    fn check_layer_metrics(&self) -> Result<(), Problem> {
        let activates = |layer: &LayerSpec| layer.layer().activates();
        if self.training.layer_metrics.is_empty() || self.model.layers.iter().any(activates) {
            return Ok(());
        }
        let reason =
            "no layer of the list is an activation function, so there is nothing to measure";
        let hint = "leave it out, or add \"relu\" or another behind a layer";
        Err(Problem::new("training.layer_metrics", reason).hint(hint))
    }

    /// A step has no derivative: only a search without gradients can train what stands before it.
    fn check_steps(&self) -> Result<(), Problem> {
        let searches = |escape: &EscapeSpec| !escape.escape().needs_gradients();
        let escapes = &self.training.escapes;
        if !escapes.is_empty() && escapes.iter().all(searches) {
            return Ok(());
        }
        let steps = |layer: &LayerSpec| layer.any(&|layer| !layer.has_derivative());
        let learns = |layer: &LayerSpec| layer.any(&|layer| layer.learns());
        let layers = &self.model.layers;
        let trained = layers.iter().position(learns).unwrap_or(layers.len());
        match (trained..layers.len()).find(|&index| steps(&layers[index])) {
            None => Ok(()),
            Some(index) => {
                let reason = "a step has no derivative to learn by";
                Err(Problem::new(format!("model.layers.{index}"), reason).hint(
                    "use sigmoid, or train without gradients: training.escapes = [{ evolution = { ... } }]",
                ))
            }
        }
    }

    /// A state that is carried from sample to sample needs them in the order of the data.
    fn check_carried_state(&self) -> Result<(), Problem> {
        let carries = |layer: &LayerSpec| layer.any(&|layer| layer.carries_state());
        let Some(index) = self.model.layers.iter().position(carries) else {
            return Ok(());
        };
        let state = format!("layer {index} carries its state from sample to sample");
        let refuse = |key: &str, what: &str, hint: &str| {
            Err(Problem::new(key, format!("{state}, but {what}")).hint(hint))
        };
        match &self.training {
            training if training.shuffle => refuse(
                "training.shuffle",
                "each epoch takes the samples in a new random order",
                "training.shuffle = false, or state = \"reset\" in the layer",
            ),
            training if training.validation.is_some() => refuse(
                "training.validation",
                "samples that are held back leave gaps in the stream",
                "leave it out, or state = \"reset\" in the layer",
            ),
            _ => Ok(()),
        }
    }

    /// The mean of the weights can come back only where no others do, and where it is all that
    /// there is to a model.
    fn check_averaging(&self) -> Result<(), Problem> {
        let training = &self.training;
        if !training.averaging {
            return Ok(());
        }
        let refuse = |reason: String, hint: &str| {
            let problem = Problem::new("training.averaging", reason);
            Err(problem.hint(hint))
        };
        if !training.escapes.is_empty() {
            let reason = "training.escapes end with the best weights, not with their mean";
            return refuse(reason.into(), "leave one of them out");
        }
        if training.stopping.patience.is_some() {
            let reason = "training.stopping.patience ends with the best weights, not their mean";
            return refuse(reason.into(), "leave one of them out");
        }
        let couples = |layer: &LayerSpec| layer.any(&|layer| layer.couples_samples());
        match self.model.layers.iter().position(couples) {
            None => Ok(()),
            Some(index) => refuse(
                format!(
                    "the running statistics of layer {index} ({}) are those of the last weights, \
                     not of their mean",
                    self.model.layers[index].kind()
                ),
                "leave it out, or use layer_norm",
            ),
        }
    }

    /// The best of all updates can come back only where no other weights do.
    fn check_pocket(&self) -> Result<(), Problem> {
        let training = &self.training;
        if !training.pocket {
            return Ok(());
        }
        let others = [
            ("training.averaging", training.averaging),
            ("training.escapes", !training.escapes.is_empty()),
            (
                "training.stopping.patience",
                training.stopping.patience.is_some(),
            ),
        ];
        match others.into_iter().find(|(_, there)| *there) {
            None => Ok(()),
            Some((other, _)) => {
                let reason = format!("{other} brings other weights back than those in the pocket");
                Err(Problem::new("training.pocket", reason).hint("leave one of them out"))
            }
        }
    }

    /// Losses on logits apply softmax or sigmoid themselves.
    fn check_last_layer(&self) -> Result<(), Problem> {
        let last = self.model.layers.len() - 1;
        let layer = &self.model.layers[last];
        if !self.training.loss.loss().takes_logits() || !layer.layer().gives_probabilities() {
            return Ok(());
        }
        let doubled = layer.kind();
        let reason = format!("the loss takes logits, but the last layer is already a {doubled}");
        Err(Problem::new(format!("model.layers.{last}"), reason)
            .hint("leave that layer out, or use the loss squared_error"))
    }
}
