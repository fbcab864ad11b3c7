//! What must fit the data: sizes, outputs, metrics.

use std::ops::Range;

use super::NetworkSpec;
use crate::Problem;
use crate::datasets::DatasetSpec;
use crate::error::nearest;
use crate::experiment::DataShape;
use crate::measures::{Measure, Metric, Over, Part};
use crate::model::{LayerSpec, PlannedLayer};
use crate::training::{BatchSize, LossSpec};

/// Rows or columns of a Jacobian, at most: its singular values take the third power of it.
const LARGEST_JACOBIAN: usize = 2048;

impl NetworkSpec {
    /// What is measured on the test samples: as configured, or what suits the target.
    pub fn metrics(&self, shape: &DataShape) -> Vec<Metric> {
        match (self.training.metrics.is_empty(), shape.classes) {
            (false, _) => self.training.metrics.clone(),
            (true, Some(_)) => vec![Metric::Accuracy],
            (true, None) => vec![Metric::R2, Metric::Rmse],
        }
    }

    /// What is measured of each epoch, in the order of the columns of `epochs.csv`.
    pub fn measures(&self, shape: &DataShape) -> Vec<Measure> {
        let metrics = self.metrics(shape);
        let of_part = |part| {
            let metrics = metrics
                .iter()
                .map(move |metric| Measure::metric(part, *metric));
            [Measure::loss(part)].into_iter().chain(metrics)
        };
        let mut measures = vec![Measure::learning_rate(), Measure::loss(Part::Train)];
        if self.training.validation.is_some() {
            measures.extend(of_part(Part::Validation));
        }
        measures.extend(of_part(Part::Test));
        for transform in self.invariance.transforms() {
            let metrics = metrics.iter();
            measures.extend(metrics.map(|metric| Measure::changed(*metric, transform)));
        }
        let errors = metrics
            .iter()
            .filter(|metric| metric.is_an_error_of_numbers());
        let phases = 0..self.training.phases;
        let of_phases =
            phases.flat_map(|phase| errors.clone().map(move |m| Measure::of_phase(*m, phase)));
        measures.extend(of_phases);
        let outputs = 0..if self.training.each_output {
            shape.targets
        } else {
            0
        };
        let of_outputs =
            outputs.flat_map(|output| errors.clone().map(move |m| Measure::of_output(*m, output)));
        measures.extend(of_outputs);
        measures.extend(self.layer_measures());
        measures.push(Measure::seconds());
        if shape.positions > 1 {
            // What is wrong anywhere is wrong as a whole.
            let at_positions = measures
                .iter_mut()
                .filter(|m| m.name != Metric::Wrong.name());
            let over = at_positions.filter_map(|measure| measure.over.as_mut());
            over.for_each(|over| *over = Over::Positions);
        }
        measures
    }

    /// What is measured on the outputs of layers.
    fn layer_measures(&self) -> Vec<Measure> {
        let layers = self.model.layers.iter().enumerate();
        let layers = layers.filter(|(_, layer)| layer.layer().activates());
        let of_layer = |(index, layer): (usize, &LayerSpec)| {
            let name = layer.name_at(index);
            let metrics = self.training.layer_metrics.iter();
            metrics.map(move |&metric| Measure::of_layer(Part::Test, metric, &name))
        };
        layers.flat_map(of_layer).collect()
    }

    /// Finds what does not suit the data: sizes, targets, metrics. `plan` is the model's.
    ///
    /// # Errors
    /// The first value that cannot be, with its key.
    pub fn check_data(
        &self,
        dataset: &DatasetSpec,
        shape: &DataShape,
        plan: &[PlannedLayer],
    ) -> Result<(), Problem> {
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
        if shape.classes.is_none() && self.training.pocket {
            let reason = "the pocket goes by accuracy, and the target is no class";
            let hint = "leave it out, or use stopping.patience with a measure";
            return Err(Problem::new("training.pocket", reason).hint(hint));
        }
        self.training.check_parts(plan)?;
        self.check_centers(shape)?;
        self.check_metrics(shape)?;
        self.check_right(shape)?;
        self.check_phases(shape)?;
        self.check_each_output(shape)?;
        self.check_padding(shape)?;
        self.check_units(plan)?;
        self.check_patience(shape)?;
        self.check_statistics(shape, plan)?;
        self.check_jacobians(plan)?;
        self.check_outputs(dataset, shape, plan)
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

    /// The layers of each stage: one with parameters, and all behind it up to the next one.
    pub fn stages(&self, plan: &[PlannedLayer]) -> Vec<Range<usize>> {
        let learns = |&index: &usize| !plan[index].parameters.is_empty();
        let starts: Vec<usize> = (0..plan.len()).filter(learns).collect();
        let ends = starts.iter().skip(1).copied().chain([plan.len()]);
        starts
            .iter()
            .copied()
            .zip(ends)
            .map(|(start, end)| start..end)
            .collect()
    }

    /// A Jacobian is of one sample, by numbers, and small enough for its singular values.
    fn check_jacobians(&self, plan: &[PlannedLayer]) -> Result<(), Problem> {
        if self.training.jacobian_samples == 0 {
            return Ok(());
        }
        let key = "training.jacobian_samples";
        let refuse = |reason: String| Err(Problem::new(key, reason).hint("leave it out"));
        for (index, layer) in self.model.layers.iter().enumerate() {
            let kind = layer.kind();
            if layer.any(&|layer| layer.couples_samples()) {
                let reason = format!("layer {index} ({kind}) has no Jacobian of a single sample");
                return refuse(reason);
            }
            if layer.any(&|layer| !layer.tokens().is_empty() || !layer.has_derivative()) {
                return refuse(format!(
                    "layer {index} ({kind}) has no derivative by its input"
                ));
            }
        }
        for stage in self.stages(plan) {
            let (inputs, outputs) = (plan[stage.start].inputs(), plan[stage.end - 1].outputs());
            if inputs.max(outputs) > LARGEST_JACOBIAN {
                let name = &plan[stage.start].name;
                return refuse(format!(
                    "the Jacobian of layer {name} is {outputs} x {inputs}, too large for its \
                     singular values (at most {LARGEST_JACOBIAN})"
                ));
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
            if metric.is_of_classes() != shape.classes.is_some() {
                let reason = format!("\"{}\" does not suit this target", metric.name());
                let hint = match (shape.classes, shape.positions) {
                    (Some(_), 1) => "for classes: accuracy, error",
                    (Some(_), _) => "for classes: accuracy, error, exact_match, bits_per_character",
                    (None, _) => "for a real target: r2, rmse, mae, wrong",
                };
                let key = format!("training.metrics.{index}");
                return Err(Problem::new(key, reason).hint(hint));
            }
            if *metric == Metric::BitsPerCharacter {
                self.check_bits(index, shape)?;
            }
            if *metric == Metric::ExactMatch && shape.positions == 1 {
                let reason = "a sample has one class, so this would be the accuracy";
                let key = format!("training.metrics.{index}");
                return Err(Problem::new(key, reason).hint("use accuracy"));
            }
        }
        Ok(())
    }

    /// Bits are of probabilities, which a softmax gives of the outputs, and of characters.
    fn check_bits(&self, index: usize, shape: &DataShape) -> Result<(), Problem> {
        let key = format!("training.metrics.{index}");
        let (loss, positions) = (self.training.loss, shape.positions);
        if positions == 1 {
            let reason =
                "the data have one class a sample, not one at every position of a sequence";
            return Err(Problem::new(key, reason).hint("use accuracy, or [dataset.text]"));
        }
        if loss != LossSpec::SoftmaxCrossEntropy {
            let kind = loss.kind();
            let reason = format!("the outputs under {kind} are no logits of a softmax");
            return Err(Problem::new(key, reason).hint("use loss = \"softmax_cross_entropy\""));
        }
        Ok(())
    }

    /// Early stopping needs a measure that a run has of some samples.
    fn check_patience(&self, shape: &DataShape) -> Result<(), Problem> {
        let Some(patience) = &self.training.stopping.patience else {
            return Ok(());
        };
        let measures = self.measures(shape);
        let judges = |measure: &&Measure| measure.part.is_some() && measure.better.is_some();
        let of_samples = measures.iter().filter(judges);
        let keys: Vec<&str> = of_samples.map(|measure| measure.key.as_str()).collect();
        if keys.contains(&patience.measure.as_str()) {
            return Ok(());
        }
        let key = "training.stopping.patience.measure";
        if self.training.validation.is_none()
            && patience.measure.starts_with(Part::Validation.name())
        {
            let reason = format!(
                "\"{}\" is of samples held back, and none are",
                patience.measure
            );
            return Err(Problem::new(key, reason)
                .hint("hold some back: training.validation = { samples = 0.1 }"));
        }
        let reason = format!("\"{}\" is no measure of this run", patience.measure);
        let near = nearest(&patience.measure, keys.iter().copied());
        let near = near.map_or_else(String::new, |near| format!("did you mean \"{near}\"? "));
        let hint = format!("{near}there are {}", keys.join(", "));
        Err(Problem::new(key, reason).hint(hint))
    }

    /// One output a class; two classes may share one output; a real target has one.
    fn check_outputs(
        &self,
        dataset: &DatasetSpec,
        shape: &DataShape,
        plan: &[PlannedLayer],
    ) -> Result<(), Problem> {
        self.check_positions(shape, plan)?;
        let units = plan.last().map_or(0, PlannedLayer::outputs) / shape.positions;
        let loss = self.training.loss;
        let wanted = match shape.classes {
            None if !loss.for_real_targets() => {
                let reason = "the target is a real number, but the loss is for classes";
                return Err(Problem::new("training.loss", reason).hint("use squared_error"));
            }
            None if units == shape.targets => return Ok(()),
            None if shape.targets == 1 => "1 unit for a real target".to_string(),
            None => format!("{} units, one for each number of the target", shape.targets),
            Some(classes) => {
                let shared = classes == 2 && loss.loss().for_one_output();
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
        let key = match deciding {
            None => "model.layers".into(),
            Some(index) => {
                let spec = &plan[index].spec;
                let setting = spec.layer().width_setting();
                let below = setting.map(|setting| format!(".{}.{setting}", spec.kind()));
                format!("model.layers.{index}{}", below.unwrap_or_default())
            }
        };
        let problem = Problem::new(key, reason);
        Err(match about_classes(dataset, &shape.class_sizes) {
            Some(hint) => problem.hint(hint),
            None => problem,
        })
    }
}

/// The classes there are, and what they look like if they look like a mistake.
fn about_classes(dataset: &DatasetSpec, classes: &[(String, usize)]) -> Option<String> {
    const LISTED: usize = 12;
    const MANY: usize = 20;
    let first = classes.first()?;
    let empty = classes.iter().filter(|(_, samples)| *samples == 0).count();
    // Where most are empty, the others tell which label is wrong.
    let sparse = classes.len() > LISTED && 2 * empty > classes.len();
    let shown = || {
        let all = classes.iter();
        all.filter(|(_, samples)| !sparse || *samples > 0)
    };
    let counted = shown().take(LISTED);
    let mut list: Vec<String> = counted.map(|(name, n)| format!("{name} ({n})")).collect();
    if shown().count() > LISTED {
        list.push(format!("... ({} in all)", classes.len()));
    }
    let mut hint = format!("the classes and their samples: {}", list.join(", "));
    if sparse {
        let (all, last) = (classes.len(), classes.len() - 1);
        hint +=
            &format!("; {empty} of the {all} have none: correct the labels, if {last} is not one");
    }
    let numbers: Option<Vec<f64>> = classes.iter().map(|(n, _)| n.parse().ok()).collect();
    let measured = |all: &Vec<f64>| all.len() > MANY || all.iter().any(|x| x.fract() != 0.0);
    if *first == ("0".into(), 0) {
        hint += &format!(
            "; class 0 has no sample: the labels begin at 1, so set {} units and leave the \
             first unused, or number them from 0",
            classes.len()
        );
    } else if dataset.dataset().says_what_the_target_is() && numbers.is_some_and(|n| measured(&n)) {
        hint += &format!(
            "; if the target is a quantity and no class, set task = \"regression\" in \
             [dataset.{}]",
            dataset.kind()
        );
    }
    Some(hint)
}

/// Whether this layer, or one inside it, is a batch normalisation with one number a channel, whose
/// statistics are of the batch alone.
fn takes_statistics_of_single_numbers(layer: &PlannedLayer) -> bool {
    let inside = layer.chains.iter().flatten();
    let here = layer.spec.layer().couples_samples() && layer.channels()[1] == 1;
    here || inside.into_iter().any(takes_statistics_of_single_numbers)
}
