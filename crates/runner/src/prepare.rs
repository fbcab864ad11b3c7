//! What every subcommand needs of a config: data loaded, model planned, weights drawn.

mod summary;
mod tokens;

use std::iter::Sum;

use contract::{NamedTensors, Streams, initial};
use datasets::{Augmenter, Dataset, FixedChange};
use spec::experiment::resolve_path;
use spec::model::{PlannedLayer, PlannedParameter};
use spec::{Config, DataShape, Experiment, Problem};

use crate::Failure;
use crate::cli::ConfigArguments;
use crate::machine;
use crate::memory::{self, Limit, Need, Purpose};
use crate::order::hold_back;

/// An experiment that can begin.
pub struct Prepared {
    /// The config.
    pub config: Config,
    /// Its data.
    pub dataset: Dataset,
    /// Which of the training samples are trained on, in the order of the data.
    pub train_rows: Vec<usize>,
    /// What the weights of training samples are multiplied by, so that their mean over those
    /// trained on is 1; 1 where all count alike.
    pub weight_scale: f64,
    /// Which of the training samples are held back for validation.
    pub validation_rows: Vec<usize>,
    /// What changes training images at random; none: nothing.
    pub augmenter: Option<Augmenter>,
    /// The fixed changes of test images that are measured on as well.
    pub changes: Vec<FixedChange>,
    /// What the data say to a model; its samples are those to train on.
    pub shape: DataShape,
    /// The layers with their sizes and parameters.
    pub plan: Vec<PlannedLayer>,
    /// The parameters that every implementation begins with.
    pub initial: NamedTensors<f64>,
    /// What is to be known of where they come from.
    pub notes: Vec<String>,
}

impl Prepared {
    /// Reads and checks the config, loads the data, plans the model, draws its parameters.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place.
    pub fn read(arguments: &ConfigArguments, purpose: Purpose) -> Result<Self, Failure> {
        Self::of(arguments.read()?, purpose)
    }

    /// Loads the data of a config, plans its model, draws the model's parameters.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place.
    pub fn of(config: Config, purpose: Purpose) -> Result<Self, Failure> {
        machine::use_instruction_set(&config)?;
        let experiment = &config.experiment;
        let streams = Streams::new(experiment.seed);
        let limit = Limit::here();
        memory::check_data(&experiment.dataset, limit).map_err(|p| config.locate(p))?;
        let dataset = datasets::load(&experiment.dataset, config.folder(), &streams)
            .map_err(|error| data_failure(&config, &error))?;
        let (train_rows, validation_rows) = parts(&config, dataset.train.len(), &streams)?;
        let shape = DataShape {
            samples: train_rows.len(),
            classes: dataset.classes(),
            targets: dataset.train.target_width() / dataset.train.positions(),
            positions: dataset.train.positions(),
            class_sizes: dataset.class_sizes(),
        };
        let plan = experiment.model.plan(&dataset.sample_shape);
        let plan = plan.map_err(|problem| config.locate(problem))?;
        if let Err(problem) = experiment.check_data(&shape, &plan) {
            return Err(config.locate(problem).into());
        }
        tokens::check(&plan, &dataset).map_err(|problem| config.locate(problem))?;
        let need = Need::of(
            purpose,
            experiment,
            &plan,
            experiment.training.batch_size.of(shape.samples),
        );
        memory::check(&need, &plan, limit).map_err(|problem| config.locate(problem))?;
        let augmenter = Augmenter::new(
            &experiment.augmentation,
            &dataset.sample_shape,
            dataset.train.background(),
            streams,
        );
        let augmenter = augmenter.map_err(|problem| config.locate(problem))?;
        let changes = changes(experiment, &dataset).map_err(|problem| config.locate(problem))?;
        let weight_scale = weight_scale(&config, &dataset, &train_rows)?;
        let (initial, mut notes) = initial_parameters(&config, &plan, &streams)?;
        notes.extend(experiment.warnings(&shape, &plan));
        Ok(Self {
            config,
            weight_scale,
            train_rows,
            validation_rows,
            augmenter,
            changes,
            shape,
            plan,
            initial,
            notes,
            dataset,
        })
    }

    /// The random streams of the experiment's seed.
    pub fn streams(&self) -> Streams {
        Streams::new(self.config.experiment.seed)
    }

    /// Numbers of one sample that go in.
    pub fn inputs(&self) -> usize {
        self.dataset.train.width()
    }

    /// Numbers of one sample that come out.
    pub fn outputs(&self) -> usize {
        self.plan.last().map_or(0, PlannedLayer::outputs)
    }

    /// Samples in a full batch.
    pub fn batch_size(&self) -> usize {
        let training = &self.config.experiment.training;
        training.batch_size.of(self.shape.samples)
    }

    /// How many parameters there are.
    pub fn parameters(&self) -> Count {
        self.plan.iter().map(Count::of).sum()
    }
}

/// Numbers of parameters; running statistics are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that learn.
    pub learned: usize,
    /// Those that stay as they are: their learning rate is 0.
    pub fixed: usize,
}

impl Count {
    /// The parameters of a layer, of a block those of all layers in it.
    pub fn of(layer: &PlannedLayer) -> Self {
        let fixed = layer.parameters.iter().filter(|p| p.learning_rate == 0.0);
        let fixed = fixed.map(PlannedParameter::len).sum();
        Self {
            learned: layer.parameter_count() - fixed,
            fixed,
        }
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, count| Self {
            learned: sum.learned + count.learned,
            fixed: sum.fixed + count.fixed,
        })
    }
}

/// What `[invariance]` asks for.
fn changes(experiment: &Experiment, dataset: &Dataset) -> Result<Vec<FixedChange>, Problem> {
    let background = dataset.train.background();
    let transforms = experiment.invariance.transforms().into_iter();
    let change = |transform| FixedChange::new(transform, &dataset.sample_shape, background);
    transforms.map(change).collect()
}

/// What makes the mean weight of the samples that are trained on 1.
fn weight_scale(config: &Config, dataset: &Dataset, rows: &[usize]) -> Result<f64, Failure> {
    let Some(weights) = dataset.train.weights() else {
        return Ok(1.0);
    };
    let sum: f64 = rows.iter().map(|&row| weights[row]).sum();
    if sum > 0.0 {
        return Ok(rows.len() as f64 / sum);
    }
    let reason = "every sample that is trained on has weight 0, so none counts";
    let key = format!("dataset.{}", config.experiment.dataset.kind());
    let hint = "give some of them a weight above 0, or hold others back";
    Err(config.locate(Problem::new(key, reason).hint(hint)).into())
}

/// Which samples are trained on, and which are held back for validation.
fn parts(
    config: &Config,
    samples: usize,
    streams: &Streams,
) -> Result<(Vec<usize>, Vec<usize>), Failure> {
    let Some(validation) = config.experiment.training.validation else {
        return Ok(((0..samples).collect(), Vec::new()));
    };
    let amount = validation.samples;
    hold_back(samples, amount, validation.shuffle, streams).ok_or_else(|| {
        let reason = format!("{amount} of {samples} samples leaves none to train on");
        let key = "training.validation.samples";
        config
            .locate(Problem::new(key, reason).hint("hold back fewer, or use more samples"))
            .into()
    })
}

fn initial_parameters(
    config: &Config,
    plan: &[PlannedLayer],
    streams: &Streams,
) -> Result<(NamedTensors<f64>, Vec<String>), Failure> {
    match &config.experiment.model.initial_parameters {
        None => {
            let parameters = initial::draw_parameters(plan, streams);
            finite(plan, &parameters).map_err(|problem| config.locate(problem))?;
            Ok((parameters, Vec::new()))
        }
        Some(file) => {
            let file = resolve_path(file, config.folder());
            let read = initial::read_parameters(plan, &file);
            read.map_err(|problem| config.locate(problem).into())
        }
    }
}

/// Finds an initial value that is no number in the precision that trains.
fn finite(plan: &[PlannedLayer], parameters: &NamedTensors<f64>) -> Result<(), Problem> {
    for (index, layer) in plan.iter().enumerate() {
        for parameter in &layer.parameters {
            let tensor = parameters.get(&parameter.name);
            let wrong = tensor.and_then(|t| t.iter().find(|w| !(**w as f32).is_finite()));
            if let Some(value) = wrong {
                let name = &parameter.name;
                let reason = format!("a value of {name} begins at {value:e}, too large for f32");
                let key = format!("model.layers.{index}.{}", layer.spec.kind());
                return Err(Problem::new(key, reason).hint("use smaller initial weights"));
            }
        }
    }
    Ok(())
}

/// An error of the loader; where a value of the config is at fault, with its place.
fn data_failure(config: &Config, error: &datasets::DataError) -> Failure {
    match error.key() {
        Some(key) => {
            // Some messages begin with the key, for those who have no config to point into.
            let message = error.to_string();
            let reason = message
                .strip_prefix(&format!("{key}: "))
                .unwrap_or(&message);
            let problem = match reason.rsplit_once("; ") {
                Some((reason, hint)) => Problem::new(key, reason).hint(hint),
                None => Problem::new(key, reason),
            };
            config.locate(problem).into()
        }
        None => Failure::Input(error.to_string()),
    }
}
