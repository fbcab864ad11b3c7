//! The runs of a table: a config for each row and seed, or row and fold.

use std::path::{Path, PathBuf};

use spec::config::Document;
use spec::escapes::EscapeSpec;
use spec::experiment::resolve_path;
use spec::table::{ExpandedRow, TableSpec};
use spec::{Config, ConfigError, Overrides};

use super::key;
use crate::Failure;
use crate::training::entries;

/// A table with its runs.
pub struct Plan {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// Its name without folder and ending: that of the results.
    pub name: String,
    /// What it says.
    pub spec: TableSpec,
    /// Its rows.
    pub rows: Vec<ExpandedRow>,
    /// The runs of all rows, in their order.
    pub runs: Vec<Run>,
}

/// One run.
pub struct Run {
    /// The row, by its place.
    pub row: usize,
    /// Its seed or fold.
    pub repeat: u64,
    /// What tells its result from that of others, but for the data.
    pub key: String,
    /// The config, with all that is changed in it.
    pub config: Config,
}

impl Run {
    /// Epochs that it trains at most, all restarts together; 0 of a learner, which knows by itself
    /// when it is done.
    pub fn epochs(&self) -> usize {
        let Some(network) = self.config.experiment.network() else {
            return 0;
        };
        let training = &network.training;
        let runs = match training.escapes[..] {
            [EscapeSpec::Restarts(restarts)] => restarts.runs,
            _ => 1,
        };
        training.epochs.saturating_mul(runs)
    }
}

impl Plan {
    /// The table of a file, with the configs of its rows; no data.
    ///
    /// # Errors
    /// What is wrong with any of them, with its place.
    pub fn of(file: &Path, document: &Document) -> Result<Self, Failure> {
        let spec = TableSpec::of(document)?;
        let rows = spec.expand();
        let mut runs = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            for repeat in repeats(&spec, row) {
                let read = run(file, &spec, row, repeat);
                let config = read.map_err(|error| in_row(error, file, row))?;
                expect_one_training(&config, file, row)?;
                runs.push(Run {
                    row: index,
                    repeat,
                    key: key::of_run(&config.experiment),
                    config,
                });
            }
        }
        let name = file.file_stem().unwrap_or_default();
        Ok(Self {
            file: file.into(),
            name: name.to_string_lossy().into_owned(),
            spec,
            rows,
            runs,
        })
    }

    /// What the runs of a row differ by.
    pub fn repeats_by(&self) -> &'static str {
        match self.spec.folds {
            Some(_) => "fold",
            None => "seed",
        }
    }

    /// A run in words: `784-30-10, seed 2`.
    pub fn in_words(&self, run: &Run) -> String {
        let (row, by) = (&self.rows[run.row].name, self.repeats_by());
        format!("{row}, {by} {}", run.repeat)
    }

    /// The runs of a row.
    pub fn runs_of(&self, row: usize) -> impl Iterator<Item = (usize, &Run)> {
        let runs = self.runs.iter().enumerate();
        runs.filter(move |(_, run)| run.row == row)
    }
}

/// The seeds or folds of a row.
fn repeats(spec: &TableSpec, row: &ExpandedRow) -> Vec<u64> {
    match (spec.folds, &row.seeds) {
        (Some(folds), _) => (0..folds as u64).collect(),
        (None, seeds) => seeds.clone().unwrap_or_default(),
    }
}

/// The config of a run.
fn run(
    file: &Path,
    spec: &TableSpec,
    row: &ExpandedRow,
    repeat: u64,
) -> Result<Config, ConfigError> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let config = resolve_path(&row.config, folder);
    let mut overrides = row.overrides.clone();
    if !has_learner(&config, &overrides) {
        let trains = format!("implementations=[\"{}\"]", row.implementation.as_str());
        overrides.set.push(trains);
        if !spec.checks_gradients() {
            // Gradients are proved by `runner check`, not with every seed.
            let unproved = "gradient_check.before_training=false";
            overrides.set.push(unproved.into());
        }
    }
    match spec.folds {
        None => overrides.set.push(format!("seed={repeat}")),
        Some(folds) => {
            let kind = Config::read(&config, &overrides)?.experiment.dataset.kind();
            let split = format!("dataset.{kind}.split.k_fold");
            let fold = [
                format!("{split}.folds={folds}"),
                format!("{split}.fold={repeat}"),
            ];
            overrides.set.extend(fold);
        }
    }
    Config::read(&config, &overrides)
}

/// Whether a config has a learner, which names no implementations. One that is wrong has it where
/// its file says so: then the message is about what is wrong with it.
fn has_learner(config: &Path, overrides: &Overrides) -> bool {
    match Config::read(config, overrides) {
        Ok(config) => config.experiment.learner().is_some(),
        Err(_) => Document::read(config).is_ok_and(|document| document.has("learner")),
    }
}

/// A message about a config says which row asks for it.
fn in_row(mut error: ConfigError, file: &Path, row: &ExpandedRow) -> ConfigError {
    let (row, file) = (&row.name, file.display());
    error
        .notes
        .push(format!("this is the row \"{row}\" of {file}"));
    error
}

/// A run of a table is one training.
fn expect_one_training(config: &Config, file: &Path, row: &ExpandedRow) -> Result<(), Failure> {
    let escapes = config
        .experiment
        .network()
        .map(|network| entries(network).len());
    let escapes = escapes.unwrap_or(1);
    if escapes == 1 {
        return Ok(());
    }
    let (config, row, file) = (config.file.display(), &row.name, file.display());
    Err(Failure::Input(format!(
        "{file}: row \"{row}\": {config} trains {escapes} times, once with each escape; choose one: \
         set = ['training.escapes=[\"plain\"]']"
    )))
}

/// The arguments with which `runner run` gets this run.
pub fn arguments(config: &Config) -> Vec<String> {
    let Overrides { set, unset } = &config.overrides;
    let option = |option: &str, value: &String| [option.to_string(), value.clone()];
    let unset = unset.iter().flat_map(|value| option("--unset", value));
    unset
        .chain(set.iter().flat_map(|value| option("--set", value)))
        .collect()
}
