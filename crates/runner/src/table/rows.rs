//! Raw rows: a line of CSV for each run, with what came out and nothing that changes from day to
//! day. Each ends with a checksum, so that an edited digit is found.

use std::path::Path;
use std::{fs, io};

use super::key::short;
use super::plan::Plan;
use crate::Failure;
use crate::failure::cause;

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name of the row in the table.
    pub row: String,
    /// Seed or fold.
    pub repeat: u64,
    /// The key of the run.
    pub key: String,
    /// That of the data.
    pub data: String,
    /// How it ended.
    pub ending: Ending,
    /// The measures of the table, in their order; none: it has no such number.
    pub values: Vec<Option<f64>>,
}

/// How a run ended for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All epochs are done.
    Finished,
    /// Its loss or a parameter became infinite or NaN.
    Diverged,
}

impl Ending {
    const ALL: [Self; 2] = [Self::Finished, Self::Diverged];

    fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Diverged => "diverged",
        }
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let mut cells = vec![
            self.row.clone(),
            self.repeat.to_string(),
            self.key.clone(),
            self.data.clone(),
            self.ending.name().into(),
        ];
        let text = |value: &Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        cells.extend(self.values.iter().map(text));
        cells
    }

    fn from_cells(cells: &[&str]) -> Option<Self> {
        let [row, repeat, key, data, ending, values @ ..] = cells else {
            return None;
        };
        let value = |text: &&str| match text.is_empty() {
            true => Some(None),
            false => text.parse().ok().map(Some),
        };
        Some(Self {
            row: (*row).into(),
            repeat: repeat.parse().ok()?,
            key: (*key).into(),
            data: (*data).into(),
            ending: Ending::ALL
                .into_iter()
                .find(|known| known.name() == *ending)?,
            values: values.iter().map(value).collect::<Option<_>>()?,
        })
    }
}

/// The titles of the columns of a table's raw rows.
fn header(plan: &Plan) -> Vec<String> {
    let before = ["row", plan.repeats_by(), "key", "data", "status"];
    let measures = plan
        .spec
        .measures
        .iter()
        .map(|measure| measure.name.clone());
    let columns = before.into_iter().map(String::from).chain(measures);
    columns.chain(["checksum".into()]).collect()
}

/// What a line ends with.
fn checksum(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    short(cells.join("\n").as_bytes())
}

/// Rows as CSV.
///
/// # Errors
/// When they cannot be written.
pub fn csv(plan: &Plan, rows: &[Row]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header(plan))?;
    for row in rows {
        let mut cells = row.cells();
        cells.push(checksum(&cells));
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The rows in a file; none if there is no file. With other columns than the table has, none of
/// them can be used.
///
/// # Errors
/// [`Failure::Run`] when a line was changed by hand or is damaged.
pub fn read(plan: &Plan, file: &Path) -> Result<Option<Vec<Row>>, Failure> {
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
    if reader
        .headers()
        .is_ok_and(|found| found.iter().ne(header(plan).iter()))
    {
        return Ok(Some(Vec::new()));
    }
    let damaged = |line: u64, what: &str| {
        let file = plan.file.display();
        Failure::Run(format!(
            "{shown}:{line}: {what}; bring the line back from git, or take it out and let \
             `runner table {file}` measure it again"
        ))
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            damaged(line, "this line is damaged")
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = record.iter().collect();
        rows.push(row(plan, &cells).map_err(|what| damaged(line, what))?);
    }
    Ok(Some(rows))
}

/// The row of a line, or what is wrong with it.
fn row(plan: &Plan, cells: &[&str]) -> Result<Row, &'static str> {
    let (sum, cells) = cells.split_last().unwrap_or((&"", &[]));
    if checksum(cells) != **sum {
        return Err("this line was changed by hand: its checksum is that of other numbers");
    }
    Row::from_cells(cells)
        .filter(|row| row.values.len() == plan.spec.measures.len())
        .ok_or("this line is no raw row")
}
