//! A whole experiment: one config file, checked.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::augmentation::AugmentationSpec;
use crate::dataset::{DatasetSpec, Holdout, Split};
use crate::model::{LayerSpec, ModelSpec, PlannedLayer};
use crate::stopping::EscapeSpec;
use crate::training::{BatchSize, GradientCheckSpec, LossSpec, Metric, TrainingSpec};
use crate::{Problem, Streams};

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

/// What must be known of the data to judge a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataShape {
    /// Number of training samples.
    pub samples: usize,
    /// Number of classes; none: a real target.
    pub classes: Option<usize>,
    /// Name and number of samples of each class, for messages; may be empty.
    pub class_sizes: Vec<(String, usize)>,
}

impl Experiment {
    /// The random streams of its seed.
    pub fn streams(&self) -> Streams {
        Streams::new(self.seed)
    }

    /// What is measured on the test samples: as configured, or what suits the target.
    pub fn metrics(&self, shape: &DataShape) -> Vec<Metric> {
        match (self.training.metrics.is_empty(), shape.classes) {
            (false, _) => self.training.metrics.clone(),
            (true, Some(_)) => vec![Metric::Accuracy],
            (true, None) => vec![Metric::R2, Metric::Rmse],
        }
    }

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
        check_dataset(&self.dataset)?;
        self.augmentation.check()?;
        self.model.check()?;
        self.training.check()?;
        self.gradient_check.check()?;
        self.check_curvature()?;
        self.check_steps()?;
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
        match layers.find(|(_, layer)| !layer.has_curvature()) {
            None => Ok(()),
            Some((index, layer)) => {
                let reason = format!("{} has no second backward pass for {rule}", layer.kind());
                Err(Problem::new(format!("model.layers.{index}"), reason)
                    .hint("use another layer or another optimizer"))
            }
        }
    }

    /// A step has no derivative: only a search without gradients can train through it.
    fn check_steps(&self) -> Result<(), Problem> {
        let searches = |escape: &EscapeSpec| matches!(escape, EscapeSpec::Evolution { .. });
        let escapes = &self.training.escapes;
        if !escapes.is_empty() && escapes.iter().all(searches) {
            return Ok(());
        }
        let step = |layer: &LayerSpec| layer.any(&|layer| *layer == LayerSpec::Step);
        match self.model.layers.iter().position(step) {
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
        let of_logits = match self.training.loss {
            LossSpec::SoftmaxCrossEntropy | LossSpec::KlDivergence => ["softmax", "sigmoid"],
            LossSpec::BinaryCrossEntropy => ["sigmoid", "softmax"],
            _ => return Ok(()),
        };
        let doubled = self.model.layers[last].kind();
        if !of_logits.contains(&doubled) {
            return Ok(());
        }
        let reason = format!("the loss takes logits, but the last layer is already a {doubled}");
        Err(Problem::new(format!("model.layers.{last}"), reason)
            .hint("leave that layer out, or use the loss squared_error"))
    }

    /// Finds what does not suit the data: sizes, targets, metrics. `plan` is the model's.
    ///
    /// # Errors
    /// The first value that cannot be, with its key.
    pub fn check_data(&self, shape: &DataShape, plan: &[PlannedLayer]) -> Result<(), Problem> {
        if let BatchSize::Samples(size) = self.training.batch_size
            && size > shape.samples
        {
            let reason = format!(
                "a batch of {size} is larger than the training set of {} samples",
                shape.samples
            );
            return Err(Problem::new("training.batch_size", reason)
                .hint(format!("at most {}, or \"all\"", shape.samples)));
        }
        if shape.classes.is_none() && self.training.label_smoothing > 0.0 {
            let reason = "the target is a real number, only classes can be smoothed";
            return Err(Problem::new("training.label_smoothing", reason).hint("leave it out"));
        }
        self.check_metrics(shape)?;
        self.check_statistics(shape, plan)?;
        self.check_outputs(shape, plan)
    }

    /// A batch normalisation over a single number gives β whatever comes in, so nothing is learned.
    fn check_statistics(&self, shape: &DataShape, plan: &[PlannedLayer]) -> Result<(), Problem> {
        let Some(index) = plan.iter().position(takes_statistics_of_single_numbers) else {
            return Ok(());
        };
        let sizes = [
            (
                "training.batch_size",
                self.training.batch_size.of(shape.samples),
            ),
            ("gradient_check.batch_size", self.gradient_check.batch_size),
        ];
        for (key, size) in sizes {
            if size == 1 {
                let reason = format!(
                    "a batch of 1 sample has no statistics: the batch_norm of layer {index} would \
                     give the same whatever comes in"
                );
                return Err(Problem::new(key, reason).hint("2 or more"));
            }
        }
        Ok(())
    }

    /// What can be done but is hardly meant, a sentence each. `plan` is the model's.
    pub fn warnings(&self, shape: &DataShape, plan: &[PlannedLayer]) -> Vec<String> {
        let size = self.training.batch_size.of(shape.samples);
        let alone = shape.samples % size == 1;
        let coupled = plan.iter().position(takes_statistics_of_single_numbers);
        let warning = coupled.filter(|_| alone).map(|index| {
            let samples = shape.samples;
            format!(
                "the last batch of an epoch has 1 sample ({samples} in batches of {size}), of \
                 which the batch_norm of layer {index} learns nothing: choose another batch_size"
            )
        });
        warning.into_iter().collect()
    }

    fn check_metrics(&self, shape: &DataShape) -> Result<(), Problem> {
        for (index, metric) in self.training.metrics.iter().enumerate() {
            let for_classes = *metric == Metric::Accuracy;
            if for_classes != shape.classes.is_some() {
                let reason = format!("\"{}\" does not suit this target", metric.name());
                let hint = match shape.classes {
                    Some(_) => "for classes: accuracy",
                    None => "for a real target: r2, rmse, mae",
                };
                let key = format!("training.metrics.{index}");
                return Err(Problem::new(key, reason).hint(hint));
            }
        }
        Ok(())
    }

    /// One output a class; two classes may share one output; a real target has one.
    fn check_outputs(&self, shape: &DataShape, plan: &[PlannedLayer]) -> Result<(), Problem> {
        let units = plan.last().map_or(0, PlannedLayer::outputs);
        let loss = self.training.loss;
        let wanted = match shape.classes {
            None if !loss.for_real_targets() => {
                let reason = "the target is a real number, but the loss is for classes";
                return Err(Problem::new("training.loss", reason).hint("use squared_error"));
            }
            None if units == 1 => return Ok(()),
            None => "1 unit for a real target".to_string(),
            Some(classes) => {
                let shared = classes == 2 && loss.for_one_output();
                if units == classes || (shared && units == 1) {
                    return Ok(());
                }
                let or_one = if shared { ", or 1" } else { "" };
                format!("{classes} units, one for each class{or_one}")
            }
        };
        let plural = if units == 1 { "" } else { "s" };
        let reason = format!("the output has {units} unit{plural}, the data need {wanted}");
        // What has parameters decides how many outputs there are.
        let deciding = plan.iter().rposition(|layer| !layer.parameters.is_empty());
        let key = match deciding.map(|index| (index, &plan[index].spec)) {
            Some((index, LayerSpec::Linear(_))) => format!("model.layers.{index}.linear.units"),
            Some((index, _)) => format!("model.layers.{index}"),
            None => "model.layers".into(),
        };
        let problem = Problem::new(key, reason);
        Err(match self.about_classes(&shape.class_sizes) {
            Some(hint) => problem.hint(hint),
            None => problem,
        })
    }

    /// The classes there are, and what they look like if they look like a mistake.
    fn about_classes(&self, classes: &[(String, usize)]) -> Option<String> {
        const LISTED: usize = 12;
        const MANY: usize = 20;
        let first = classes.first()?;
        let empty = classes.iter().filter(|(_, samples)| *samples == 0).count();
        // Where most are empty, the others tell which label is wrong.
        let sparse = classes.len() > LISTED && 2 * empty > classes.len();
        let shown = || {
            classes
                .iter()
                .filter(|(_, samples)| !sparse || *samples > 0)
        };
        let counted = shown().take(LISTED);
        let mut list: Vec<String> = counted.map(|(name, n)| format!("{name} ({n})")).collect();
        if shown().count() > LISTED {
            list.push(format!("... ({} in all)", classes.len()));
        }
        let mut hint = format!("the classes and their samples: {}", list.join(", "));
        if sparse {
            let (all, last) = (classes.len(), classes.len() - 1);
            hint += &format!(
                "; {empty} of the {all} have none: correct the labels, if {last} is not one"
            );
        }
        let numbers: Option<Vec<f64>> = classes.iter().map(|(n, _)| n.parse().ok()).collect();
        let measured = |all: &Vec<f64>| all.len() > MANY || all.iter().any(|x| x.fract() != 0.0);
        if *first == ("0".into(), 0) {
            hint += &format!(
                "; class 0 has no sample: the labels begin at 1, so set {} units and leave the \
                 first unused, or number them from 0",
                classes.len()
            );
        } else if matches!(self.dataset, DatasetSpec::Csv(_))
            && numbers.is_some_and(|n| measured(&n))
        {
            hint += "; if the target is a quantity and no class, set task = \"regression\" in \
                     [dataset.csv]";
        }
        Some(hint)
    }
}

/// Whether this layer, or one inside it, is a batch normalisation with one number a channel, whose
/// statistics are of the batch alone.
fn takes_statistics_of_single_numbers(layer: &PlannedLayer) -> bool {
    let inside = layer.chains.iter().flatten();
    let here = matches!(layer.spec, LayerSpec::BatchNorm(_)) && layer.channels()[1] == 1;
    here || inside.into_iter().any(takes_statistics_of_single_numbers)
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

fn check_dataset(dataset: &DatasetSpec) -> Result<(), Problem> {
    let key = |field: &str| format!("dataset.{}.{field}", dataset.kind());
    let require = |fine: bool, field: &str, reason: &str| match fine {
        true => Ok(()),
        false => Err(Problem::new(key(field), reason)),
    };
    let generated = |samples: usize, noise: f64| {
        require(
            (4..=10_000_000).contains(&samples),
            "samples",
            "4 to 10000000 samples",
        )?;
        require(
            noise >= 0.0 && noise.is_finite(),
            "noise",
            "the noise must be 0 or more",
        )
    };
    match dataset {
        DatasetSpec::Mnist(mnist) => mnist.check(),
        DatasetSpec::Images(images) => {
            images.check()?;
            let split = images.split.as_ref();
            split.map_or(Ok(()), |split| check_split(&key("split"), split))
        }
        DatasetSpec::Cifar10(cifar10) => cifar10.check(),
        DatasetSpec::Csv(csv) => {
            require(csv.delimiter.is_ascii(), "delimiter", "one ASCII character")?;
            require(
                matches!(csv.decimal, '.' | ','),
                "decimal",
                "\".\" or \",\"",
            )?;
            let sign = |c: char| c.is_ascii_punctuation() && !"\"?+-.".contains(c);
            let sign = csv.comment.is_none_or(|c| sign(c) && c != csv.delimiter);
            let reason = "a sign that no line of data begins with, such as \"#\"";
            require(sign, "comment", reason)?;
            let named = csv.rename.values().all(|name| !name.trim().is_empty());
            require(
                named,
                "rename",
                "a class needs a name of one character or more",
            )?;
            check_split(&key("split"), &csv.split)
        }
        DatasetSpec::Xor(_) => Ok(()),
        DatasetSpec::Parity(parity) => {
            require((1..=16).contains(&parity.bits), "bits", "1 to 16 bits")
        }
        DatasetSpec::Moons(moons) => {
            generated(moons.samples, moons.noise)?;
            check_split(&key("split"), &moons.split)
        }
        DatasetSpec::Circles(circles) => {
            generated(circles.samples, circles.noise)?;
            let inside = circles.factor > 0.0 && circles.factor < 1.0;
            require(
                inside,
                "factor",
                "the inner radius must be above 0 and below 1",
            )?;
            check_split(&key("split"), &circles.split)
        }
        DatasetSpec::Spirals(spirals) => {
            generated(spirals.samples, spirals.noise)?;
            let turns = spirals.turns > 0.0 && spirals.turns <= 100.0;
            require(turns, "turns", "the turns must be above 0 and at most 100")?;
            check_split(&key("split"), &spirals.split)
        }
        DatasetSpec::Sine(sine) => {
            generated(sine.samples, sine.noise)?;
            check_split(&key("split"), &sine.split)
        }
        DatasetSpec::Waves(waves) => {
            generated(waves.samples, waves.noise)?;
            let range = |value: usize, most: usize| (1..=most).contains(&value);
            require(
                (2..=10_000).contains(&waves.classes),
                "classes",
                "2 to 10000 classes",
            )?;
            require(
                range(waves.channels, 1000),
                "channels",
                "1 to 1000 channels",
            )?;
            require(range(waves.size, 4096), "size", "1 to 4096 pixels")?;
            check_split(&key("split"), &waves.split)
        }
    }
}

fn check_split(key: &str, split: &Split) -> Result<(), Problem> {
    let holdout = |kind: &str, Holdout { test }: Holdout| {
        if test > 0.0 && test < 1.0 {
            return Ok(());
        }
        let reason = format!("a test share of {test} leaves one part empty");
        Err(Problem::new(format!("{key}.{kind}.test"), reason).hint("above 0 and below 1"))
    };
    match *split {
        Split::None => Ok(()),
        Split::Shuffled(share) => holdout("shuffled", share),
        Split::Stratified(share) => holdout("stratified", share),
        Split::KFold(k) if k.folds < 2 => {
            let reason = format!("cut into {}, nothing is left to train on", k.folds);
            Err(Problem::new(format!("{key}.k_fold.folds"), reason).hint("2 or more"))
        }
        Split::KFold(k) if k.fold >= k.folds => {
            let reason = format!("there is no fold {} of {}", k.fold, k.folds);
            let hint = format!("0 to {}", k.folds - 1);
            Err(Problem::new(format!("{key}.k_fold.fold"), reason).hint(hint))
        }
        Split::KFold(_) => Ok(()),
    }
}

/// A file named in a config: as it is when absolute, otherwise beside the config if it is there,
/// otherwise relative to the current folder.
pub fn resolve_path(path: &Path, base: &Path) -> PathBuf {
    let beside = base.join(path);
    if beside.exists() { beside } else { path.into() }
}
