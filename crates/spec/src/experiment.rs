//! A whole experiment: one config file, checked.

mod data;
mod sequences;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::augmentation::AugmentationSpec;
use crate::datasets::DatasetSpec;
use crate::escapes::EscapeSpec;
use crate::invariance::InvarianceSpec;
use crate::model::{LayerSpec, ModelSpec};
use crate::training::{GradientCheckSpec, TrainingSpec};

pub use data::DataShape;

/// One run: data, model, training, and who trains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Names the folder of the records.
    pub name: String,
    /// Seeds every random choice.
    pub seed: u64,
    /// Who trains.
    pub implementations: Vec<ImplementationName>,
    /// What it learns from.
    pub dataset: DatasetSpec,
    /// How its training images are changed at random.
    #[serde(default)]
    pub augmentation: AugmentationSpec,
    /// How its test images are changed, to be measured on as well.
    #[serde(default, skip_serializing_if = "InvarianceSpec::is_empty")]
    pub invariance: InvarianceSpec,
    /// What learns.
    pub model: ModelSpec,
    /// How it learns.
    pub training: TrainingSpec,
    /// How its gradients are proved.
    #[serde(default)]
    pub gradient_check: GradientCheckSpec,
}

/// An implementation of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImplementationName {
    /// Written by hand.
    Backprop,
    /// burn on its ndarray device.
    BurnNdarray,
    /// burn on its flex device.
    BurnFlex,
}

impl ImplementationName {
    /// Its name in a config and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backprop => "backprop",
            Self::BurnNdarray => "burn-ndarray",
            Self::BurnFlex => "burn-flex",
        }
    }
}

impl Experiment {
    /// Finds values that are impossible whatever the data.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        check_name(&self.name)?;
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
        self.dataset.check()?;
        self.augmentation.check()?;
        self.invariance.check()?;
        self.model.check()?;
        self.training.check()?;
        self.gradient_check.check()?;
        self.check_curvature()?;
        self.check_steps()?;
        self.check_layer_metrics()?;
        self.check_last_layer()
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

    /// A step has no derivative: only a search without gradients can train through it.
    fn check_steps(&self) -> Result<(), Problem> {
        let searches = |escape: &EscapeSpec| !escape.escape().needs_gradients();
        let escapes = &self.training.escapes;
        if !escapes.is_empty() && escapes.iter().all(searches) {
            return Ok(());
        }
        let steps = |layer: &LayerSpec| layer.any(&|layer| !layer.has_derivative());
        match self.model.layers.iter().position(steps) {
            None => Ok(()),
            Some(index) => {
                let reason = "a step has no derivative to learn by";
                Err(Problem::new(format!("model.layers.{index}"), reason).hint(
                    "use sigmoid, or train without gradients: training.escapes = [{ evolution = { ... } }]",
                ))
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

fn check_name(name: &str) -> Result<(), Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        let reason = format!("\"{name}\" cannot name a folder of results");
        return Err(
            Problem::new("name", reason).hint("use small letters, digits, -, _ and . (not first)")
        );
    }
    Ok(())
}

/// A file named in a config: as it is when absolute, otherwise beside the config if it is there,
/// otherwise relative to the current folder.
pub fn resolve_path(path: &Path, base: &Path) -> PathBuf {
    let beside = base.join(path);
    if beside.exists() { beside } else { path.into() }
}
