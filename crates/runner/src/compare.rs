//! `runner compare`: recorded runs side by side.
//!
//! A name stands for its newest run that finished, and for those of the same config that differ in
//! the seed alone, of each seed the newest.

mod curves;
mod groups;

use std::path::Path;

use crate::cli::CompareArguments;
use crate::output;
use crate::record::Record;
use crate::record::find::{self, Found};
use crate::record::settings::Settings;
use crate::{Failure, files, tables};

/// Prints one table of the named runs.
///
/// # Errors
/// When a run cannot be found or read.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    for file in [&arguments.picture, &arguments.curves]
        .into_iter()
        .flatten()
    {
        files::expect_writable(file)?;
    }
    let mut records: Vec<Record> = Vec::new();
    for run in &arguments.runs {
        let found = find::find(run, &arguments.results)?;
        if let Some(note) = &found.note {
            output::line(format!("note: {note}"));
        }
        for record in with_other_seeds(found)? {
            let is_same =
                |known: &Record| (&known.name, &known.run_id) == (&record.name, &record.run_id);
            if !records.iter().any(is_same) {
                records.push(record);
            }
        }
    }
    let groups = groups::groups(&records)?;
    let table = groups::sheet(&groups).terminal().to_string();
    output::line(&table);
    if let Some(file) = &arguments.curves {
        let svg = curves::svg(&groups);
        let cannot = |why| Failure::Run(format!("{}: cannot be drawn ({why})", file.display()));
        files::write_file(file, svg.map_err(cannot)?.as_bytes())?;
    }
    match &arguments.picture {
        Some(file) => tables::draw(&table, file),
        None => Ok(()),
    }
}

/// The run that was found; if a name was given, those of its config with other seeds, too, sorted
/// by seed.
fn with_other_seeds(found: Found) -> Result<Vec<Record>, Failure> {
    let Found {
        folder,
        record,
        by_name,
        ..
    } = found;
    let mut records = vec![record];
    if !by_name || !records[0].is_finished() {
        return Ok(records);
    }
    let settings = |record: &Record| Ok::<_, Failure>(Settings::of(record)?.without_seed());
    let ours = settings(&records[0])?;
    for other in find::runs(folder.parent().unwrap_or(Path::new(""))) {
        let read = Record::read(&other).and_then(|record| Ok((settings(&record)?, record)));
        match read {
            Ok((theirs, record)) => {
                let is_new = records.iter().all(|known| known.seed != record.seed);
                if is_new && record.is_finished() && theirs == ours {
                    records.push(record);
                }
            }
            Err(failure) => output::line(format!("note: left out: {failure}")),
        }
    }
    records.sort_by_key(|record| record.seed);
    if let [first, _, ..] = &records[..] {
        let seeds: Vec<String> = records
            .iter()
            .map(|record| record.seed.to_string())
            .collect();
        let (name, seeds) = (&first.name, seeds.join(", "));
        output::line(format!(
            "{name}: runs of its newest config with the seeds {seeds}"
        ));
    }
    Ok(records)
}
