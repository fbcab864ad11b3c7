//! A text file as columns of strings.
//!
//! Two readers, each for what it does best: the `csv` crate checks the structure and knows the
//! line of every record; polars then reads the checked records into columns.

use std::error::Error;
use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataType, Field, Schema, SerReader, StringChunked,
};
use spec::datasets::CsvSpec;

use super::encoding::decode;
use super::lines;
use super::records::{Records, unreadable};
use crate::error::{DataError, excerpt, quoted};
use crate::files::{self, Located, Source};
use crate::gzip;

/// One or two files with the same columns, as text.
#[derive(Debug)]
pub(super) struct Table {
    /// Names of the columns; "0", "1" ... where they have none.
    pub names: Vec<String>,
    /// Columns that the header gives no name.
    pub unnamed: Vec<usize>,
    /// What should be told of the files.
    pub notes: Vec<String>,
    /// The files the rows are from: the table, then perhaps the one of test samples.
    pub files: Vec<String>,
    columns: Vec<StringChunked>,
    /// (index in `files`, line from 1) of every row.
    places: Vec<(usize, u64)>,
}

impl Table {
    /// Reads a file; `key` is the config key that named it.
    pub fn read(
        file: &Located,
        spec: &CsvSpec,
        key: &'static str,
    ) -> Result<(Self, Source), DataError> {
        let (bytes, source) = files::read(file, Some(key))?;
        let text = decode(gzip::unpack(bytes, &file.name)?, &file.name)?;
        let (text, format) = lines::prepare(text, spec, &file.name)?;
        let records = Records::check(&text, format, spec, (&file.name, key))?;
        let columns = columns(&records, format.delimiter)
            .map_err(|error| unreadable(&file.name, &error.to_string(), key))?;
        let table = Self {
            names: records.names,
            unnamed: records.unnamed,
            notes: records.notes,
            files: vec![file.name.clone()],
            columns,
            places: records.lines.into_iter().map(|line| (0, line)).collect(),
        };
        Ok((table, source))
    }

    /// Appends the rows of a second file, whose columns must be the same, in any order.
    pub fn stack(mut self, other: Self) -> Result<Self, DataError> {
        let file = &other.files[0];
        let place = |name: &String| other.names.iter().position(|other| other == name);
        let places: Option<Vec<usize>> = self.names.iter().map(place).collect();
        let places = places.filter(|places| places.len() == other.names.len());
        let places = places.ok_or_else(|| self.other_columns(&other))?;
        for (column, at) in self.columns.iter_mut().zip(places) {
            let rows = &other.columns[at];
            column
                .append(rows)
                .map_err(|error| unreadable(file, &error.to_string(), super::TEST_PATH))?;
        }
        self.places
            .extend(other.places.into_iter().map(|(_, line)| (1, line)));
        self.files.extend(other.files);
        self.notes.extend(other.notes);
        Ok(self)
    }

    /// An error about a second file: which columns it lacks, and which it has besides.
    fn other_columns(&self, other: &Self) -> DataError {
        let without = |names: &[String], others: &[String]| -> Vec<String> {
            let left = names.iter().filter(|name| !others.contains(name));
            left.cloned().collect()
        };
        let lacks = without(&self.names, &other.names);
        let besides = without(&other.names, &self.names);
        let mut found = vec![format!("the columns {}", quoted(&other.names))];
        for (names, how) in [(lacks, "without"), (besides, "besides")] {
            if !names.is_empty() {
                found.push(format!("{how} {}", quoted(&names)));
            }
        }
        DataError::Content {
            file: other.files[0].clone(),
            place: "line 1".into(),
            found: found.join(", "),
            expected: format!("those of {}: {}", self.files[0], quoted(&self.names)),
            remedy: "give both files the same columns".into(),
        }
    }

    /// A table without rows.
    #[cfg(test)]
    pub fn of_names<const N: usize>(names: [&str; N]) -> Self {
        Self {
            names: names.map(String::from).into(),
            unnamed: Vec::new(),
            notes: Vec::new(),
            files: vec!["p.csv".into()],
            columns: vec![StringChunked::default(); N],
            places: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.places.len()
    }

    /// The texts of a column, trimmed; empty ones and `markers` are missing.
    pub fn texts<'a>(
        &'a self,
        column: usize,
        markers: &'a [String],
    ) -> impl Iterator<Item = Option<&'a str>> {
        let missing = |text: &&str| !text.is_empty() && !markers.iter().any(|m| m.trim() == *text);
        self.columns[column]
            .iter()
            .map(move |text| text.filter(missing))
    }

    /// The text of one field.
    pub fn text(&self, row: usize, column: usize) -> &str {
        self.columns[column].get(row).unwrap_or_default()
    }

    /// The line of a row near the top that has this text in it.
    pub fn line_of(&self, text: &str) -> Option<u64> {
        const LOOKED_AT: usize = 20;
        let has = |row: &usize| (0..self.names.len()).any(|column| self.text(*row, column) == text);
        let row = (0..self.height().min(LOOKED_AT)).find(has)?;
        Some(self.places[row].1)
    }

    /// Index in `files` of the file that a row is from.
    pub fn file(&self, row: usize) -> usize {
        self.places[row].0
    }

    /// An error about the text in one field.
    pub fn wrong(
        &self,
        (row, column): (usize, usize),
        text: &str,
        expected: &str,
        remedy: String,
    ) -> DataError {
        let (file, line) = self.places[row];
        DataError::Content {
            file: self.files[file].clone(),
            place: format!("line {line}, column {:?}", self.names[column]),
            found: excerpt(text),
            expected: expected.into(),
            remedy,
        }
    }
}

/// Checked records as polars columns of strings, read from text with every field in quotation
/// marks: the one form that leaves nothing to guess.
fn columns(records: &Records, delimiter: u8) -> Result<Vec<StringChunked>, Box<dyn Error>> {
    let mut writer = ::csv::WriterBuilder::new()
        .delimiter(delimiter)
        .quote_style(::csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for record in &records.fields {
        writer.write_record(record)?;
    }
    let text = writer.into_inner()?;
    let schema: Schema = (0..records.names.len())
        .map(|index| Field::new(index.to_string().into(), DataType::String))
        .collect();
    let frame = CsvReadOptions::default()
        .with_has_header(false)
        .with_schema(Some(Arc::new(schema)))
        .with_parse_options(CsvParseOptions::default().with_separator(delimiter))
        .into_reader_with_file_handle(Cursor::new(text))
        .finish()?;
    let wanted = (records.fields.len(), records.names.len());
    if frame.shape() != wanted {
        return Err(format!("a table of {wanted:?} was read as {:?}", frame.shape()).into());
    }
    let columns = frame.columns().iter().map(|column| column.str().cloned());
    Ok(columns.collect::<Result<_, _>>()?)
}
