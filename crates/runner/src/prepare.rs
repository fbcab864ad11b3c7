//! What every subcommand needs of a config: data loaded, model planned, weights drawn.

use datasets::Dataset;
use spec::experiment::resolve_path;
use spec::model::PlannedLayer;
use spec::{Config, DataShape, NamedTensors, Problem, Streams, initial};

use crate::Failure;
use crate::cli::ConfigArguments;

/// An experiment that can begin.
pub struct Prepared {
    /// The config.
    pub config: Config,
    /// Its data.
    pub dataset: Dataset,
    /// What the data say to a model.
    pub shape: DataShape,
    /// The layers with their sizes and parameters.
    pub plan: Vec<PlannedLayer>,
    /// The parameters that every implementation begins with.
    pub initial: NamedTensors<f64>,
}

impl Prepared {
    /// Reads and checks the config, loads the data, plans the model, draws its parameters.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place.
    pub fn read(arguments: &ConfigArguments) -> Result<Self, Failure> {
        let config = Config::read(&arguments.config, &arguments.overrides)?;
        let experiment = &config.experiment;
        let streams = experiment.streams();
        let dataset = datasets::load(&experiment.dataset, config.folder(), &streams)
            .map_err(|error| data_failure(&config, &error))?;
        let shape = DataShape {
            samples: dataset.train.len(),
            classes: dataset.classes(),
        };
        let plan = experiment.model.plan(&dataset.sample_shape);
        let plan = plan.map_err(|problem| config.locate(problem))?;
        if let Err(problem) = experiment.check_data(&shape, &plan) {
            return Err(config.locate(problem).into());
        }
        let initial = initial_parameters(&config, &plan, &streams)?;
        Ok(Self {
            config,
            shape,
            plan,
            initial,
            dataset,
        })
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

    /// Data and model in a few lines.
    pub fn summary(&self) -> String {
        let mut lines = vec!["Data".to_string()];
        lines.extend(
            self.dataset
                .summary()
                .iter()
                .map(|line| format!("  {line}")),
        );
        lines.push("Model".into());
        for layer in &self.plan {
            let parameters: usize = layer.parameters.iter().map(|p| p.len()).sum();
            let count = match parameters {
                0 => String::new(),
                count => format!("  {count} parameters"),
            };
            let (name, kind, outputs) = (&layer.name, layer.spec.kind(), layer.outputs());
            lines.push(format!(
                "  {name:>8}  {kind:<12} {:>5} -> {outputs:<5}{count}",
                layer.inputs()
            ));
        }
        lines.push(format!("  {} parameters in all", self.initial.values()));
        lines.join("\n")
    }
}

fn initial_parameters(
    config: &Config,
    plan: &[PlannedLayer],
    streams: &Streams,
) -> Result<NamedTensors<f64>, Failure> {
    match &config.experiment.model.initial_parameters {
        None => Ok(initial::draw_parameters(plan, streams)),
        Some(file) => {
            let file = resolve_path(file, config.folder());
            initial::read_parameters(plan, &file).map_err(|error| {
                let problem = Problem::new("model.initial_parameters", error.to_string());
                config.locate(problem).into()
            })
        }
    }
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
            config.locate(Problem::new(key, reason)).into()
        }
        None => Failure::Input(error.to_string()),
    }
}
