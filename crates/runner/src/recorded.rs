//! What a recorded run was made of: its config, and the data that it learned from.

use std::path::{Path, PathBuf};

use contract::NamedTensors;
use spec::{Config, Overrides};

use crate::memory::Purpose;
use crate::prepare::Prepared;
use crate::record::Record;
use crate::record::find::{self, Found};
use crate::{Failure, output};

/// A recorded run with what it learned from and what it has learned.
pub(crate) struct Learned {
    /// Its folder; of a config the file.
    pub folder: PathBuf,
    /// What is recorded of it; none of a config with other weights.
    pub record: Option<Record>,
    /// Data, and what learned from them.
    pub prepared: Prepared,
    /// The weights; of several implementations those of the first.
    pub weights: NamedTensors<f64>,
    /// The file that they were read from.
    pub weights_file: PathBuf,
}

impl Learned {
    /// The file of the weights, from the folder of the run.
    pub fn weights_name(&self) -> String {
        let file = &self.weights_file;
        let file = file.strip_prefix(&self.folder).unwrap_or(file);
        file.display().to_string()
    }
}

/// Reads a run that is to be looked into.
///
/// # Errors
/// When there is no such run, its data have changed, or its weights are gone.
pub(crate) fn learned(run: &str, results: &Path) -> Result<Learned, Failure> {
    learned_from(run, results, None)
}

/// The same with the weights of another file, if one is named; in the place of a run there may then
/// be a config.
///
/// # Errors
/// As [`learned`].
pub(crate) fn learned_from(
    run: &str,
    results: &Path,
    other: Option<&Path>,
) -> Result<Learned, Failure> {
    let config = Path::new(run);
    if config.extension().is_some_and(|ending| ending == "toml") {
        return with_config(config, other);
    }
    let Found {
        folder,
        record,
        note,
        ..
    } = find::find(run, results)?;
    if let Some(note) = note {
        output::line(format!("note: {note}"));
    }
    let prepared = prepared(&record, &folder)?;
    let (weights, weights_file) = weights(&record, &folder, other)?;
    Ok(Learned {
        folder,
        record: Some(record),
        prepared,
        weights,
        weights_file,
    })
}

/// Data and model of a run.
///
/// # Errors
/// When its data have changed, or are gone.
pub(crate) fn prepared(record: &Record, folder: &Path) -> Result<Prepared, Failure> {
    let prepared = Prepared::planned(config_of(record, folder, &[])?, Purpose::Export)?;
    expect_same_data(&prepared, record, folder)?;
    Ok(prepared)
}

/// The weights of a run, those of its first implementation or of another file, and their file.
///
/// # Errors
/// When there are none.
pub(crate) fn weights(
    record: &Record,
    folder: &Path,
    other: Option<&Path>,
) -> Result<(NamedTensors<f64>, PathBuf), Failure> {
    let Some(trained) = record.implementations.first() else {
        let run = folder.display();
        return Err(Failure::Input(format!(
            "{run}: nothing was trained in this run; run its config again"
        )));
    };
    let file = other.map_or_else(|| folder.join(&trained.weights), PathBuf::from);
    let weights = read_weights(&file, || match other {
        Some(_) => OTHER_WEIGHTS.into(),
        None => without_weights(record),
    })?;
    Ok((weights, file))
}

/// What helps where a file that was named has no weights.
const OTHER_WEIGHTS: &str = "name a file of weights, such as of a record";

fn read_weights(file: &Path, advice: impl Fn() -> String) -> Result<NamedTensors<f64>, Failure> {
    let weights = NamedTensors::read_safetensors(file);
    weights.map_err(|error| Failure::Input(format!("{error}; {}", advice())))
}

/// A config in the place of a run, with the weights of a file.
fn with_config(file: &Path, weights: Option<&Path>) -> Result<Learned, Failure> {
    let config = Config::read(file, &Overrides::default())?;
    let Some(weights_file) = weights else {
        let (file, name) = (file.display(), &config.experiment.name);
        return Err(Failure::Input(format!(
            "{file} is a config, and what it has learned is in a record of a run; name the run, {name}, \
             or, of evaluate and predict, weights for this config with --weights FILE"
        )));
    };
    let weights = read_weights(weights_file, || OTHER_WEIGHTS.into())?;
    Ok(Learned {
        folder: file.into(),
        record: None,
        prepared: Prepared::planned(config, Purpose::Export)?,
        weights,
        weights_file: weights_file.into(),
    })
}

/// What helps where a run has no weights.
fn without_weights(record: &Record) -> String {
    let nothing = "without the weights there is nothing to look into";
    match record.is_finished() {
        true => format!("{nothing}: run the config again"),
        false => format!(
            "the run did not finish ({}), and {nothing}",
            record.ending()
        ),
    }
}

/// The config of a record as it ran, with `set` applied to it. Paths in it start from where the
/// config was.
///
/// # Errors
/// When it cannot be.
pub(crate) fn config_of(record: &Record, folder: &Path, set: &[String]) -> Result<Config, Failure> {
    let file = folder.join("config.toml");
    let (set, unset) = (set.to_vec(), Vec::new());
    let changes = Overrides { set, unset };
    let mut config = Config::parse(&file, record.config.clone(), &changes)?;
    config.file = (&record.config_file).into();
    config.overrides = Overrides {
        set: [&record.overrides[..], &changes.set].concat(),
        unset: record.unset.clone(),
    };
    Ok(config)
}

/// Finds that the data have changed since the run.
///
/// # Errors
/// When they have.
pub(crate) fn expect_same_data(
    prepared: &Prepared,
    record: &Record,
    folder: &Path,
) -> Result<(), Failure> {
    if prepared.dataset.checksum == record.data.checksum {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "{}: the data are no longer those that this run began with (checksum {} instead of {}); \
         bring them back, or run the config anew",
        folder.display(),
        short(&prepared.dataset.checksum),
        short(&record.data.checksum),
    )))
}

/// The beginning of a checksum, enough to tell two apart.
fn short(checksum: &str) -> &str {
    checksum.get(..12).unwrap_or(checksum)
}
