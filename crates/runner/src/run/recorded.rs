//! What a recorded run was made of: its config, and the data that it learned from.

use std::path::Path;

use spec::{Config, Overrides};

use crate::Failure;
use crate::prepare::Prepared;
use crate::record::Record;

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
