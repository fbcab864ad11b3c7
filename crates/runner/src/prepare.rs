//! What every subcommand needs of a config: data loaded; of a network the model planned and its
//! weights drawn, for a learner the samples as it takes them.

mod count;
mod fitted;
mod learner;
mod stream;
mod summary;
pub(crate) mod tokens;

use std::ops::Deref;

use contract::{NamedTensors, Streams, initial};
use datasets::{Augmenter, Dataset, FixedChange};
use spec::experiment::resolve_path;
use spec::measures::Measure;
use spec::model::PlannedLayer;
use spec::{Config, DataShape, NetworkSpec, Problem};

use crate::Failure;
use crate::cli::ConfigArguments;
use crate::machine;
use crate::memory::{self, Limit, Need, Purpose};
use crate::order::hold_back;

pub use count::Count;
pub use learner::PreparedLearner;

/// An experiment that can begin.
pub enum Prepared {
    /// A network.
    Network(Box<PreparedNetwork>),
    /// A learner.
    Learner(Box<PreparedLearner>),
}

/// What every experiment has.
#[derive(Clone)]
pub struct Common {
    /// The config.
    pub config: Config,
    /// Its data.
    pub dataset: Dataset,
    /// Which of the training samples are learned from, in the order of the data.
    pub train_rows: Vec<usize>,
    /// Which of the training samples are held back for validation.
    pub validation_rows: Vec<usize>,
    /// What the data say to what learns; its samples are those to learn from.
    pub shape: DataShape,
    /// What is to be known of where things come from.
    pub notes: Vec<String>,
}

/// A network that can begin; what it has in common with every experiment is [`Common`].
#[derive(Clone)]
pub struct PreparedNetwork {
    common: Common,
    /// What the config says of it.
    pub network: NetworkSpec,
    /// What the weights of training samples are multiplied by, so that their mean over those
    /// trained on is 1; 1 where all count alike.
    pub weight_scale: f64,
    /// What changes training images at random; none: nothing.
    pub augmenter: Option<Augmenter>,
    /// The fixed changes of test images that are measured on as well.
    pub changes: Vec<FixedChange>,
    /// The layers with their sizes and parameters.
    pub plan: Vec<PlannedLayer>,
    /// The parameters that every implementation begins with.
    pub initial: NamedTensors<f64>,
}

impl Prepared {
    /// Reads and checks the config, loads the data, prepares what learns.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place.
    pub fn read(arguments: &ConfigArguments, purpose: Purpose) -> Result<Self, Failure> {
        Self::of(arguments.read()?, purpose)
    }

    /// Loads the data of a config, prepares what learns from them.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place.
    pub fn of(config: Config, purpose: Purpose) -> Result<Self, Failure> {
        let mut prepared = Self::planned(config, purpose)?;
        if let Self::Network(network) = &mut prepared {
            fitted::fit(network)?;
        }
        Ok(prepared)
    }

    /// The same to be looked at only: initial parameters that are fitted to the data are left out.
    ///
    /// # Errors
    /// As [`Prepared::of`].
    pub fn planned(config: Config, purpose: Purpose) -> Result<Self, Failure> {
        Ok(match config.experiment.learner() {
            None => Self::Network(Box::new(PreparedNetwork::planned(config, purpose)?)),
            Some(learner) => {
                let learner = learner.clone();
                Self::Learner(Box::new(PreparedLearner::of(config, learner)?))
            }
        })
    }

    /// What is measured of each pass.
    pub fn measures(&self) -> Vec<Measure> {
        match self {
            Self::Network(prepared) => prepared.network.measures(&prepared.shape),
            Self::Learner(prepared) => {
                let validates = !prepared.validation_rows.is_empty();
                prepared.learner.measures(&prepared.shape, validates)
            }
        }
    }

    /// Threads that work.
    pub fn threads(&self) -> usize {
        match self {
            Self::Network(prepared) => machine::threads(&prepared.network.training),
            // What learners compute stays on one thread.
            Self::Learner(_) => 1,
        }
    }

    /// How many parameters there are, where that is known before.
    pub fn parameters(&self) -> Count {
        match self {
            Self::Network(prepared) => prepared.parameters(),
            Self::Learner(_) => Count::default(),
        }
    }

    /// Data and what learns from them, in a few lines.
    pub fn summary(&self) -> String {
        match self {
            Self::Network(prepared) => prepared.summary(),
            Self::Learner(prepared) => prepared.summary(),
        }
    }
}

impl Deref for Prepared {
    type Target = Common;

    fn deref(&self) -> &Common {
        match self {
            Self::Network(prepared) => prepared,
            Self::Learner(prepared) => prepared,
        }
    }
}

impl Deref for PreparedNetwork {
    type Target = Common;

    fn deref(&self) -> &Common {
        &self.common
    }
}

impl Common {
    /// Loads the data, and holds back what the config asks for.
    fn of(config: Config) -> Result<Self, Failure> {
        let experiment = &config.experiment;
        let streams = Streams::new(experiment.seed);
        memory::check_data(&experiment.dataset, Limit::here()).map_err(|p| config.locate(p))?;
        let dataset = datasets::load(&experiment.dataset, config.folder(), &streams)
            .map_err(|error| data_failure(&config, &error))?;
        let samples = dataset.train.len();
        let (train_rows, validation_rows) = parts(&config, samples, &streams)?;
        let shape = DataShape {
            samples: train_rows.len(),
            classes: dataset.classes(),
            targets: dataset.train.target_width() / dataset.train.positions(),
            positions: dataset.train.positions(),
            padded: dataset.is_padded(),
            class_sizes: dataset.class_sizes(),
        };
        Ok(Self {
            config,
            dataset,
            train_rows,
            validation_rows,
            shape,
            notes: Vec::new(),
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
}

impl PreparedNetwork {
    /// Loads the data of a network's config, plans its model, draws the model's parameters and fits
    /// those that are fitted to the data.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place; and that the config has a learner.
    pub fn of(config: Config, purpose: Purpose) -> Result<Self, Failure> {
        let mut prepared = Self::planned(config, purpose)?;
        fitted::fit(&mut prepared)?;
        Ok(prepared)
    }

    /// Without what is fitted to the data.
    fn planned(config: Config, purpose: Purpose) -> Result<Self, Failure> {
        let Some(network) = config.experiment.network().cloned() else {
            let reason = "a learner has no gradients and no layers, which this is about";
            let problem = Problem::new("learner", reason);
            let hint = "use `runner run` or `runner check`, or a config with a [model]";
            return Err(config.locate(problem.hint(hint)).into());
        };
        if config.experiment.dataset.dataset().is_fresh() {
            let reason = "a network learns from the same samples in every epoch";
            let key = format!("dataset.{}.fresh", config.experiment.dataset.kind());
            let hint = "leave it out; learner.lstm_1997 takes new ones in every pass";
            return Err(config.locate(Problem::new(key, reason).hint(hint)).into());
        }
        machine::use_instruction_set(&config, &network)?;
        let mut common = Common::of(config)?;
        let Common {
            config,
            dataset,
            shape,
            ..
        } = &common;
        let refused = |problem| config.locate(problem);
        let streams = common.streams();
        let plan = network.model.plan(&dataset.sample_shape).map_err(refused)?;
        let checked = network.check_data(&config.experiment.dataset, shape, &plan);
        checked.map_err(refused)?;
        tokens::check(&plan, dataset).map_err(refused)?;
        let batch_size = network.training.batch_size.of(shape.samples);
        let need = Need::of(purpose, &network, &plan, batch_size);
        memory::check(&need, &plan, Limit::here()).map_err(refused)?;
        let augmenter = Augmenter::new(
            &network.augmentation,
            &dataset.sample_shape,
            dataset.train.background(),
            streams,
        );
        let augmenter = augmenter.map_err(refused)?;
        let changes = changes(&network, dataset).map_err(refused)?;
        let weight_scale = weight_scale(config, dataset, &common.train_rows)?;
        let (initial, mut notes) = initial_parameters(config, &network, &plan, &streams)?;
        notes.extend(network.warnings(shape, &plan));
        common.notes = notes;
        Ok(Self {
            common,
            network,
            weight_scale,
            augmenter,
            changes,
            plan,
            initial,
        })
    }

    /// Numbers of one sample that come out.
    pub fn outputs(&self) -> usize {
        self.plan.last().map_or(0, PlannedLayer::outputs)
    }

    /// Samples in a full batch.
    pub fn batch_size(&self) -> usize {
        self.network.training.batch_size.of(self.shape.samples)
    }

    /// How many parameters there are.
    pub fn parameters(&self) -> Count {
        self.plan.iter().map(Count::of).sum()
    }
}

/// What `[invariance]` asks for.
fn changes(network: &NetworkSpec, dataset: &Dataset) -> Result<Vec<FixedChange>, Problem> {
    let background = dataset.train.background();
    let transforms = network.invariance.transforms().into_iter();
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
    let (key, Some(validation)) = config.experiment.held_back() else {
        return Ok(((0..samples).collect(), Vec::new()));
    };
    let amount = validation.samples;
    hold_back(samples, amount, validation.shuffle, streams).ok_or_else(|| {
        let reason = format!("{amount} of {samples} samples leaves none to train on");
        let key = format!("{key}.samples");
        config
            .locate(Problem::new(key, reason).hint("hold back fewer, or use more samples"))
            .into()
    })
}

fn initial_parameters(
    config: &Config,
    network: &NetworkSpec,
    plan: &[PlannedLayer],
    streams: &Streams,
) -> Result<(NamedTensors<f64>, Vec<String>), Failure> {
    match &network.model.initial_parameters {
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
