//! Where the raw rows come from: a line of CSV for each run, beside them, with what changes from
//! day to day.

use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::plan::{Plan, Run};
use super::store::Done;
use crate::record::Record;

/// One run, as it was carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Name of the row in the table.
    pub row: String,
    /// Seed or fold.
    pub repeat: u64,
    /// The key of the run.
    pub key: String,
    /// Name and id of the run.
    pub run: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// Seconds of the processes that worked on it.
    pub seconds: f64,
    /// Largest memory of the process in MB.
    pub peak_memory: Option<u64>,
    /// The processor.
    pub processor: String,
    /// Threads that worked.
    pub threads: usize,
    /// Vector instructions of the hand-written implementation.
    pub instruction_set: String,
    /// The commit, where git knows; with a `+` if something was changed since.
    pub commit: String,
}

impl Origin {
    /// Of a run that is done.
    pub fn of(plan: &Plan, run: &Run, done: &Done, record: &Record) -> Self {
        let commit = record.git.as_ref().map(|git| {
            let changed = if git.dirty { "+" } else { "" };
            format!("{}{changed}", git.commit)
        });
        Self {
            row: plan.rows[run.row].name.clone(),
            repeat: run.repeat,
            key: run.key.clone(),
            run: format!("{}/{}", record.name, record.run_id),
            started: record.started.clone(),
            seconds: (done.seconds * 100.0).round() / 100.0,
            peak_memory: record.peak_memory_bytes.map(|bytes| bytes / 1_000_000),
            processor: record.machine.processor.clone(),
            threads: record.threads,
            instruction_set: record.machine.instruction_set.clone(),
            commit: commit.unwrap_or_else(|| "unknown".into()),
        }
    }
}

/// Origins as CSV.
///
/// # Errors
/// When they cannot be written.
pub fn csv(origins: &[Origin]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for origin in origins {
        writer.serialize(origin)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The origins in a file. They are no results: what cannot be read is left out.
pub fn read(file: &Path) -> Vec<Origin> {
    let bytes = fs::read(file).unwrap_or_default();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    reader.deserialize().filter_map(Result::ok).collect()
}
