//! `runner compare`: recorded runs side by side.

use std::path::{Path, PathBuf};

use crate::cli::CompareArguments;
use crate::output;
use crate::record::{Record, Status};
use crate::{Failure, tables};

/// Prints one table of the named runs.
///
/// # Errors
/// When a run cannot be found or read.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let mut records = Vec::new();
    for run in &arguments.runs {
        let record = Record::read(&find(run, &arguments.results)?)?;
        if record.status != Status::Finished {
            let (name, id, status) = (&record.name, &record.run_id, record.status);
            output::line(format!("note: {name}/{id} did not finish ({status:?})"));
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

/// The folder of a run: a path, `name/run-id`, or the newest run of a name.
fn find(run: &str, results: &Path) -> Result<PathBuf, Failure> {
    for folder in [PathBuf::from(run), results.join(run)] {
        if folder.join("record.json").is_file() {
            return Ok(folder);
        }
    }
    let named = results.join(run);
    let newest = std::fs::read_dir(&named).ok().and_then(|entries| {
        entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.join("record.json").is_file())
            .max()
    });
    newest.ok_or_else(|| {
        let results = results.display();
        let there = names(Path::new(&results.to_string()));
        Failure::Input(format!(
            "{run}: no recorded run of that name in {results}; there are: {there}"
        ))
    })
}

fn names(results: &Path) -> String {
    let Ok(entries) = std::fs::read_dir(results) else {
        return "none".into();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    match names.is_empty() {
        true => "none".into(),
        false => names.join(", "),
    }
}
