//! `runner proofs`: every layer, loss and learning rule is proved on a small network of its own, and
//! one table says how well.
//!
//! Its columns are the largest relative errors of the hand-written passes, in training mode, of the
//! loss and of a random upstream gradient: y is every layer's output and the loss, dx the gradient
//! of the input, dw the gradients of all parameters. The last column of a device is the largest
//! difference, after 100 updates, of a parameter, a running statistic, or an output in evaluation
//! mode.
//!
//! `--check` holds a printed table against what is measured here. Figures at the level of rounding
//! differ from processor to processor, so a figure is wrong only if it became much worse.

pub mod catalogue;
pub mod measure;
pub mod table;

use std::path::Path;

use rayon::prelude::*;

use crate::check::explanation;
use crate::check::verdict::Verdict;
use crate::cli::ProofsArguments;
use crate::{Failure, files, implementations, interrupt, output};
use table::Row;

/// How many wrong figures or rows a message tells of.
const TOLD: usize = 3;

/// Proves everything and prints the tables, writes them into a file, or holds a file's against them.
///
/// # Errors
/// [`Failure::Run`] with the first row that is off, or with what is wrong in the file's tables.
pub fn proofs(arguments: &ProofsArguments) -> Result<(), Failure> {
    // The file before the work: whether it can be used shows at once.
    let file = arguments.write.as_deref().or(arguments.check.as_deref());
    let text = file.map(read).transpose()?;
    if let Some(file) = &arguments.write {
        files::expect_writable(file)?;
    }
    match (file, implementations::missing_witnesses()) {
        // Columns would be lost, or seem to be.
        (Some(file), Some(missing)) => {
            let file = file.display();
            return Err(Failure::Input(format!("{file}: {missing}")));
        }
        (None, Some(missing)) => output::line(format!("note: {missing}")),
        (_, None) => {}
    }
    interrupt::install();
    let rows = measure(arguments.only.as_deref())?;
    let tables = table::render(&rows);
    match (file, text) {
        (Some(file), Some(text)) if arguments.write.is_some() => {
            judge(&rows)?;
            let new = table::splice(&text, &tables).ok_or_else(|| no_marks(file))?;
            files::write_file(file, new.as_bytes())
        }
        (Some(file), Some(text)) => {
            judge(&rows)?;
            let printed = table::between(&text).ok_or_else(|| no_marks(file))?;
            compare(file, printed, &tables)
        }
        _ => {
            output::line(tables.trim_end());
            judge(&rows)
        }
    }
}

/// All rows, or those whose name contains `only`.
fn measure(only: Option<&str>) -> Result<Vec<Row>, Failure> {
    let mut wanted = Vec::new();
    for section in catalogue::sections() {
        let cases = section.cases.into_iter();
        let cases = cases.filter(|case| only.is_none_or(|only| case.name.contains(only)));
        wanted.extend(cases.map(|case| (section.title, case)));
    }
    if let (true, Some(only)) = (wanted.is_empty(), only) {
        let reason = format!("--only {only}: no row has a name with that in it");
        return Err(Failure::Input(format!(
            "{reason}; `runner proofs` shows all"
        )));
    }
    let prove = |(section, case): (&'static str, catalogue::Case)| {
        let report = measure::prove(&case)?;
        let name = case.name;
        Ok(Row {
            section,
            name,
            report,
        })
    };
    wanted.into_par_iter().map(prove).collect()
}

/// An error if a row is off, or proves nothing.
fn judge(rows: &[Row]) -> Result<(), Failure> {
    let fault = |row: &Row| {
        let mut comparisons = row.report.comparisons.iter();
        let fault = comparisons.find(|c| c.verdict != Verdict::Agrees)?;
        let (name, what) = (&row.name, explanation::difference(fault));
        let verdict = fault.verdict.name();
        Some(format!("the proof of {name} fails ({verdict}): {what}"))
    };
    match rows.iter().find_map(fault) {
        Some(message) => Err(Failure::Run(message)),
        None => Ok(()),
    }
}

fn compare(file: &Path, printed: &str, tables: &str) -> Result<(), Failure> {
    let wrong = table::stale(printed, tables);
    if wrong.is_empty() {
        return Ok(());
    }
    let file = file.display();
    let (shown, more) = wrong.split_at(wrong.len().min(TOLD));
    let mut wrong = shown.join("; ");
    if !more.is_empty() {
        wrong += &format!("; and {} more", more.len());
    }
    Err(Failure::Run(format!(
        "{file}: the tables of proofs are stale ({wrong}); `runner proofs --write {file}` writes them anew"
    )))
}

fn read(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| {
        let file = file.display();
        Failure::Input(format!(
            "{file}: cannot read ({error}); give a markdown file"
        ))
    })?;
    match table::between(&text) {
        Some(_) => Ok(text),
        None => Err(no_marks(file)),
    }
}

fn no_marks(file: &Path) -> Failure {
    Failure::Input(format!(
        "{}: there is no place for the tables; put the lines <!-- proofs --> and <!-- /proofs --> where they shall stand",
        file.display()
    ))
}
