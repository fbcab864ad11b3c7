//! `runner compare`: recorded runs side by side.

mod find;

use crate::cli::CompareArguments;
use crate::output;
use crate::record::{Record, Status};
use crate::{Failure, files, tables};

/// Prints one table of the named runs.
///
/// # Errors
/// When a run cannot be found or read.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    if let Some(file) = &arguments.picture {
        files::expect_writable(file)?;
    }
    let mut records = Vec::new();
    for run in &arguments.runs {
        let (record, note) = find::find(run, &arguments.results)?;
        if let Some(note) = note {
            output::line(format!("note: {note}"));
        }
        records.push(record);
    }
    let table = tables::comparison(&records).to_string();
    output::line(&table);
    match &arguments.picture {
        Some(file) => tables::draw(&table, file),
        None => Ok(()),
    }
}

/// Whether all epochs are done.
fn finished(record: &Record) -> bool {
    record.status == Status::Finished
}

/// How a run ended that did not finish: its status, and what its record says.
fn ending(record: &Record) -> String {
    match &record.message {
        Some(message) => format!("{}: {message}", record.status),
        None => record.status.to_string(),
    }
}
