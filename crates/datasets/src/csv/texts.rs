//! Two columns of a table as texts, for `[dataset.pairs]`.

use std::path::Path;

use spec::datasets::{Column, CsvSpec};

use super::table::Table;
use super::{keys, roles};
use crate::error::DataError;
use crate::files::Source;
use crate::locate::{TABLES, locate};

/// Two columns of texts without a gap.
pub(crate) struct Texts {
    /// In the order of the file.
    pub rows: Vec<[String; 2]>,
    /// The line each row begins on, from 1.
    pub lines: Vec<u64>,
    pub source: Source,
    pub notes: Vec<String>,
}

/// Reads two columns of a table for `[dataset.pairs]`, each with the key that names it.
pub(crate) fn texts(
    spec: &CsvSpec,
    columns: [(&Column, &'static str); 2],
    base: &Path,
) -> Result<Texts, DataError> {
    read_texts(spec, columns, base).map_err(|error| keys::PAIRS.of(error))
}

fn read_texts(
    spec: &CsvSpec,
    [first, second]: [(&Column, &'static str); 2],
    base: &Path,
) -> Result<Texts, DataError> {
    let file = locate(&spec.path, base, keys::PAIRS.path, TABLES)?;
    let (table, source) = Table::read(&file, spec, keys::PAIRS.path)?;
    let columns = [
        roles::find(first.0, &table, first.1)?,
        roles::find(second.0, &table, second.1)?,
    ];
    let mut rows = Vec::with_capacity(table.height());
    for row in 0..table.height() {
        let texts = columns.map(|column| table.text(row, column).to_owned());
        if let Some(empty) = texts.iter().position(String::is_empty) {
            let (place, expected) = ((row, columns[empty]), "one character or more");
            let remedy = "fill in the text, or remove the row";
            return Err(table.wrong(place, "", expected, remedy.into()));
        }
        rows.push(texts);
    }
    Ok(Texts {
        rows,
        lines: (0..table.height()).map(|row| table.line(row)).collect(),
        source,
        notes: table.notes,
    })
}
