//! `runner report`: all that is known of a run or of a table, as one page for a browser.
//!
//! The page of a run is `report.html` in the folder of its record, and is written at the end of
//! each run, however that ended. What is computed for it (the measures of the test samples, the
//! pictures) may be missing: the page says what, and why.
//!
//! | section | what it tells | file |
//! |---|---|---|
//! | results | what each implementation reached | `report/results.rs` |
//! | what was run | config file, data, machine, versions | `report/facts.rs` |
//! | measures | what `runner evaluate` says of the test samples | `report/measures.rs` |
//! | pictures | what `runner draw` draws | `report/computed.rs` |
//! | gradients | every comparison of the check before the run | `report/gradients.rs` |
//! | epochs | every measure of every epoch | `report/epochs.rs` |
//! | findings | what a learner tells of the outcome | `report/findings.rs` |
//! | config | as it ran | |

mod computed;
mod epochs;
mod facts;
mod findings;
mod gradients;
mod measures;
mod results;

use std::path::{Path, PathBuf};

use crate::cli::ReportArguments;
use crate::page::{Block, Page, Section, Status, coloured};
use crate::prepare::Prepared;
use crate::record::{Record, find};
use crate::{Failure, files, interrupt, output, recorded, table};

use computed::Computed;

/// The page of a run, in the folder of its record.
pub const FILE: &str = "report.html";

/// Writes the page of a recorded run, or of an experiment.
///
/// # Errors
/// [`Failure::Input`] when there is no such run or experiment; [`Failure::Run`] when the page
/// cannot be written.
pub fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    if let Some(file) = &arguments.out {
        files::expect_writable(file)?;
    }
    let written = match is_experiment(&arguments.of) {
        true => of_experiment(arguments)?,
        false => of_run(arguments)?,
    };
    output::line(format!("report: {}", written.display()));
    Ok(())
}

/// Whether a file is meant, and not the folder or the name of a run.
fn is_experiment(of: &str) -> bool {
    let path = Path::new(of);
    path.extension().is_some_and(|ending| ending == "toml") || path.is_file()
}

fn of_experiment(arguments: &ReportArguments) -> Result<PathBuf, Failure> {
    // Tables stand above the records of single runs.
    let results = arguments.results.parent().unwrap_or(Path::new(""));
    let (place, html) = table::page(Path::new(&arguments.of), results)?;
    let file = arguments.out.clone().unwrap_or(place);
    files::write_file(&file, html.as_bytes())?;
    Ok(file)
}

fn of_run(arguments: &ReportArguments) -> Result<PathBuf, Failure> {
    let found = find::find(&arguments.of, &arguments.results)?;
    if let Some(note) = found.note {
        output::line(format!("note: {note}"));
    }
    let (folder, record) = (found.folder, found.record);
    interrupt::install();
    let prepared = recorded::prepared(&record, &folder);
    let prepared = prepared.map_err(|failure| without_colours(&failure.to_string()));
    let html = html(&folder, &record, prepared)?;
    let file = arguments.out.clone().unwrap_or_else(|| folder.join(FILE));
    files::write_file(&file, html.as_bytes())?;
    Ok(file)
}

/// A message without the colours that a terminal has.
fn without_colours(message: &str) -> String {
    let mut pieces = message.split('\u{1b}');
    let first = pieces.next().unwrap_or_default();
    let others = pieces.map(|piece| piece.split_once('m').map_or(piece, |(_, text)| text));
    first.to_string() + &others.collect::<String>()
}

/// Writes the page of a run that has just ended: `prepared` is what it learned from, or why nothing
/// is to be computed of that.
///
/// # Errors
/// [`Failure::Run`] when the page cannot be written.
pub(crate) fn write(
    folder: &Path,
    record: &Record,
    prepared: Result<Prepared, String>,
) -> Result<PathBuf, Failure> {
    let file = folder.join(FILE);
    files::write_file(&file, html(folder, record, prepared)?.as_bytes())?;
    Ok(file)
}

fn html(
    folder: &Path,
    record: &Record,
    prepared: Result<Prepared, String>,
) -> Result<String, Failure> {
    let computed = Computed::of(folder, record, prepared)?;
    let epochs = epochs::table(record);
    let sections = [
        Some(results::section(record)),
        Some(facts::section(record)),
        Some(measures::section(&computed.measures)),
        Some(computed.pictures()),
        Some(gradients::section(folder, record)),
        epochs,
        findings::section(record),
        Some(config(record)),
    ];
    let page = Page {
        title: record.name.clone(),
        status: status(record),
        texts: vec![facts::in_words(record)],
        sections: sections.into_iter().flatten().collect(),
        footer: format!(
            "Made by runner {} from {}; `runner report` makes it anew.",
            record.software.version,
            folder.display()
        ),
    };
    page.html()
}

/// How the run ended, in words.
fn status(record: &Record) -> Status {
    let ending = record.ending();
    let mut letters = ending.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let after = match (record.is_finished(), has_epochs(record)) {
        (true, _) => "",
        (false, true) => ". What follows is of the epochs before that.",
        (false, false) => ". Nothing was trained.",
    };
    Status {
        good: record.is_finished(),
        text: format!("{}{after}", first.chain(letters).collect::<String>()),
    }
}

fn has_epochs(record: &Record) -> bool {
    let mut rows = record.implementations.iter();
    rows.any(|row| !row.epochs.is_empty())
}

fn config(record: &Record) -> Section {
    let text = "What the command line changed is in it, defaults are written out.";
    Section::new("config", "The config as it ran")
        .with(Block::Text(text.into()))
        .with(Block::Code(coloured(&record.config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_colours_of_a_terminal() {
        let coloured = "\u{1b}[1m\u{1b}[91merror\u{1b}[0m: min";
        assert_eq!(without_colours(coloured), "error: min");
        assert_eq!(without_colours("plain"), "plain");
    }
}
