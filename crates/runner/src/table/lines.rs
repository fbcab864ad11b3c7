//! Lines of CSV, each of which ends with a checksum, so that an edited digit is found.

use std::path::Path;
use std::{fs, io};

use super::key::short;
use crate::Failure;
use crate::failure::cause;

/// What the last column is called.
pub const CHECKSUM: &str = "checksum";

/// What a line ends with.
pub fn checksum(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    short(cells.join("\n").as_bytes())
}

/// Lines below these titles as CSV, with a column more.
///
/// # Errors
/// When they cannot be written.
pub fn csv(titles: &[String], lines: impl IntoIterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(titles.iter().map(String::as_str).chain([CHECKSUM]))?;
    for mut cells in lines {
        cells.push(checksum(&cells));
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The lines in a file of an experiment; none if there is no file. With other titles, none of them
/// can be used.
///
/// # Errors
/// [`Failure::Run`] when a line was changed by hand or is damaged.
pub fn read<T>(
    file: &Path,
    titles: &[String],
    experiment: &Path,
    line: impl Fn(&[&str]) -> Option<T>,
) -> Result<Option<Vec<T>>, Failure> {
    let shown = file.display();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let cause = cause(&error);
            return Err(Failure::Input(format!(
                "{shown}: cannot read the raw rows ({cause})"
            )));
        }
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let expected = || titles.iter().map(String::as_str).chain([CHECKSUM]);
    if reader
        .headers()
        .is_ok_and(|found| found.iter().ne(expected()))
    {
        return Ok(Some(Vec::new()));
    }
    let damaged = |line: u64, what: &str| {
        let experiment = experiment.display();
        Failure::Run(format!(
            "{shown}:{line}: {what}; bring the line back from git, or take the lines of its run out \
             and let `runner table {experiment}` measure it again"
        ))
    };
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            damaged(line, "this line is damaged")
        })?;
        let number = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = record.iter().collect();
        let (sum, cells) = cells.split_last().unwrap_or((&"", &[]));
        if checksum(cells) != **sum {
            let what = "this line was changed by hand: its checksum is that of other numbers";
            return Err(damaged(number, what));
        }
        lines.push(line(cells).ok_or_else(|| damaged(number, "this line is no raw row"))?);
    }
    Ok(Some(lines))
}

/// A number that may be missing, with all its digits.
pub fn text(value: &Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The number of a cell; none of an empty one.
pub fn value(text: &&str) -> Option<Option<f64>> {
    match text.is_empty() {
        true => Some(None),
        false => text.parse().ok().map(Some),
    }
}
