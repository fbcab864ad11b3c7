//! `runner compare`: recorded runs side by side.

use crate::cli::CompareArguments;
use crate::output;
use crate::record::find;
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
