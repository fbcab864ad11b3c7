//! Raw rows: a line of CSV for each run, with what came out and nothing that changes from day to
//! day, and a checksum ([`lines`]).

use std::io;
use std::path::Path;

use polars::prelude::{Column, DataFrame, PolarsResult};

use super::lines::{self, text, value};
use super::plan::Plan;
use crate::Failure;

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

    /// As it is written.
    pub fn name(self) -> &'static str {
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
        cells.extend(self.values.iter().map(text));
        cells
    }

    fn from_cells(cells: &[&str]) -> Option<Self> {
        let [row, repeat, key, data, ending, values @ ..] = cells else {
            return None;
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

/// The titles of the columns of a table's raw rows, but for the checksum.
fn titles(plan: &Plan) -> Vec<String> {
    let before = ["row", plan.repeats_by(), "key", "data", "status"];
    let measures = plan.spec.measures.iter();
    let measures = measures.map(|measure| measure.name.clone());
    before
        .into_iter()
        .map(String::from)
        .chain(measures)
        .collect()
}

/// Rows as CSV.
///
/// # Errors
/// When they cannot be written.
pub fn csv(plan: &Plan, rows: &[Row]) -> io::Result<Vec<u8>> {
    lines::csv(&titles(plan), rows.iter().map(Row::cells))
}

/// The rows in a file; none if there is no file. With other columns than the table has, none of
/// them can be used.
///
/// # Errors
/// [`Failure::Run`] when a line was changed by hand or is damaged.
pub fn read(plan: &Plan, file: &Path) -> Result<Option<Vec<Row>>, Failure> {
    let row = |cells: &[&str]| {
        let row = Row::from_cells(cells);
        row.filter(|row| row.values.len() == plan.spec.measures.len())
    };
    lines::read(file, &titles(plan), &plan.file, row)
}

/// Rows as columns, the same as those of the CSV.
///
/// # Errors
/// When polars does not take them.
pub fn frame(plan: &Plan, rows: &[Row]) -> PolarsResult<DataFrame> {
    let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
    let texts = |column: usize| {
        let texts = cells.iter().map(|cells| cells[column].as_str());
        texts.collect::<Vec<_>>()
    };
    let columns = titles(plan).into_iter().enumerate().map(|(index, title)| {
        let title = title.into();
        match (index, index.checked_sub(5)) {
            (1, _) => Column::new(title, rows.iter().map(|row| row.repeat).collect::<Vec<_>>()),
            (_, Some(measure)) => {
                let values = rows.iter().map(|row| row.values[measure]);
                Column::new(title, values.collect::<Vec<_>>())
            }
            _ => Column::new(title, texts(index)),
        }
    });
    let checksums: Vec<String> = cells.iter().map(|cells| lines::checksum(cells)).collect();
    let checksums = Column::new(lines::CHECKSUM.into(), checksums);
    DataFrame::new_infer_height(columns.chain([checksums]).collect())
}
