//! A text file as rows of texts, each with the line it begins on.
//!
//! Two readers, each for what it does best: the `csv` crate checks the structure and names the
//! place of a fault; polars gives the columns in use their types (see [`cells`](super::cells)).

use std::collections::HashMap;

use ::csv::StringRecord;
use spec::datasets::CsvSpec;

use super::encoding::decode;
use super::lines;
use super::records::Records;
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
    /// Trimmed.
    rows: Vec<StringRecord>,
    /// (index in `files`, line from 1) of every row.
    places: Vec<(usize, u64)>,
    /// Texts that stand for missing values, besides the empty one.
    markers: Vec<String>,
    /// Other texts for those at some rows and columns.
    renamed: HashMap<(usize, usize), String>,
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
        let table = Self {
            names: records.names,
            unnamed: records.unnamed,
            notes: records.notes,
            files: vec![file.name.clone()],
            rows: records.fields,
            places: records.lines.into_iter().map(|line| (0, line)).collect(),
            markers: spec.missing.trimmed().map(String::from).collect(),
            renamed: HashMap::new(),
        };
        Ok((table, source))
    }

    /// The same rows with these columns, each from the column of its place, or empty where there is
    /// none.
    pub fn arranged(mut self, names: &[String], places: &[Option<usize>]) -> Self {
        let field = |row: &StringRecord, at: &Option<usize>| {
            let text = at.and_then(|at| row.get(at));
            text.unwrap_or_default().to_string()
        };
        let arranged = |row: &StringRecord| places.iter().map(|at| field(row, at)).collect();
        self.rows = self.rows.iter().map(arranged).collect();
        self.names = names.to_vec();
        self
    }

    /// Appends the rows of a second file, whose columns must be the same, in any order.
    pub fn stack(mut self, other: Self) -> Result<Self, DataError> {
        let place = |name: &String| other.names.iter().position(|other| other == name);
        let places: Option<Vec<usize>> = self.names.iter().map(place).collect();
        let places = places.filter(|places| places.len() == other.names.len());
        let places = places.ok_or_else(|| self.other_columns(&other))?;
        let in_order = |row: &StringRecord| places.iter().map(|&at| &row[at]).collect();
        self.rows.extend(other.rows.iter().map(in_order));
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
            rows: Vec::new(),
            places: Vec::new(),
            markers: Vec::new(),
            renamed: HashMap::new(),
        }
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.places.len()
    }

    /// The text of one field.
    pub fn text(&self, row: usize, column: usize) -> &str {
        let renamed = self.renamed.get(&(row, column));
        renamed.map_or(&self.rows[row][column], String::as_str)
    }

    /// The text of one field; none where it stands for a missing value.
    pub fn known(&self, row: usize, column: usize) -> Option<&str> {
        let text = self.text(row, column);
        let missing = text.is_empty() || self.markers.iter().any(|marker| marker == text);
        (!missing || self.renamed.contains_key(&(row, column))).then_some(text)
    }

    /// Puts another text in the place of one, which is then never missing.
    pub fn rename(&mut self, row: usize, column: usize, text: &str) {
        self.renamed.insert((row, column), text.into());
    }

    /// The line of a row near the top that has this text in it.
    pub fn line_of(&self, text: &str) -> Option<u64> {
        const LOOKED_AT: usize = 20;
        let has = |row: &usize| (0..self.names.len()).any(|column| self.text(*row, column) == text);
        let row = (0..self.height().min(LOOKED_AT)).find(has)?;
        Some(self.places[row].1)
    }

    /// The line of its file that a row begins on, from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.places[row].1
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
