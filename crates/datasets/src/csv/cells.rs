//! Columns as polars types them: numbers or categories.
//!
//! The structure of the table is known by now. The columns in use are written once more with every
//! field in quotation marks, the one form that leaves nothing to guess, and polars reads them with
//! the types that the config gives them. It knows which texts stand for missing values, but of a
//! text that is no number it only says that there is none: [`Cells::explained`] says why.

use std::error::Error;
use std::io::Cursor;
use std::iter;
use std::sync::Arc;

use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, NullValues, Schema, SerReader,
};
use spec::datasets::CsvSpec;

use super::PATH;
use super::meaning::{looks_missing, number};
use super::no_number::{MARKERS, Wanted, no_number};
use super::records::unreadable;
use super::roles::Role;
use super::stats::sorted_names;
use super::table::Table;
use crate::error::{DataError, quoted};

/// A column; none where a value is missing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    Numbers {
        name: String,
        values: Vec<Option<f64>>,
    },
    Categories {
        name: String,
        values: Vec<Option<String>>,
    },
}

impl Cells {
    /// Reads these columns of a table; what is no number is missing as long as nobody asked
    /// [`Cells::explained`].
    pub fn read(table: &Table, roles: &[Role], spec: &CsvSpec) -> Result<Vec<Self>, DataError> {
        let failed = |error: Box<dyn Error>| unreadable(&table.files[0], &error.to_string(), PATH);
        let frame = typed(table, roles, spec).map_err(failed)?;
        let columns = roles.iter().zip(frame.columns()).map(|(role, column)| {
            let name = table.names[role.column].clone();
            if role.categorical {
                let texts = column.str()?.iter().enumerate();
                // What the config renames is not missing, whatever its new name.
                let text = |(row, text): (usize, Option<&str>)| {
                    let text = text.or_else(|| table.known(row, role.column));
                    text.map(str::to_string)
                };
                let values = texts.map(text).collect();
                return Ok(Self::Categories { name, values });
            }
            let values = column.f64()?.iter().collect();
            Ok(Self::Numbers { name, values })
        });
        columns
            .collect::<Result<_, Box<dyn Error>>>()
            .map_err(failed)
    }

    /// The same, of numbers only where each text is one.
    ///
    /// # Errors
    ///
    /// About the first text that is no number; `wanted` says what it should be.
    pub fn explained(
        mut self,
        table: &Table,
        column: usize,
        spec: &CsvSpec,
        wanted: Wanted,
    ) -> Result<Self, DataError> {
        let Self::Numbers { values, .. } = &mut self else {
            return Ok(self);
        };
        // polars also reads "inf" and "nan", and points where the mark is a comma.
        let mark = |row| spec.decimal == '.' || !table.text(row, column).contains('.');
        for (row, value) in values.iter_mut().enumerate() {
            if value.is_some_and(f64::is_finite) && mark(row) {
                continue;
            }
            *value = match table.known(row, column) {
                None => None,
                // It does not read the minus of typesetters.
                Some(text) => match number(text, spec.decimal) {
                    None => return Err(no_number(table, (row, column), text, spec, wanted)),
                    number => number,
                },
            };
        }
        Ok(self)
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Numbers { name, .. } | Self::Categories { name, .. } => name,
        }
    }

    /// The number of a row, if there is one.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Numbers { values, .. } => values[row],
            Self::Categories { .. } => None,
        }
    }

    pub fn is_present(&self, row: usize) -> bool {
        match self {
            Self::Numbers { values, .. } => values[row].is_some(),
            Self::Categories { values, .. } => values[row].is_some(),
        }
    }

    /// The categories of these rows; none of numbers.
    pub fn categories(&self, rows: &[usize]) -> Option<Vec<&str>> {
        match self {
            Self::Numbers { .. } => None,
            Self::Categories { values, .. } => {
                let of = |&row: &usize| values[row].as_deref().unwrap_or_default();
                Some(rows.iter().map(of).collect())
            }
        }
    }

    /// What should be told of categories that seem to be missing values.
    pub fn note(&self) -> Option<String> {
        let Self::Categories { name, values } = self else {
            return None;
        };
        let known = values.iter().flatten().map(String::as_str);
        let missing = sorted_names(known.filter(|text| looks_missing(text)));
        (!missing.is_empty()).then(|| {
            let missing = quoted(&missing);
            format!(
                "{name}: {missing} taken for a category; list it in {MARKERS} if it stands for a \
                 missing value"
            )
        })
    }
}

/// The columns as polars reads them: texts and numbers, null where a value is missing or no number.
fn typed(table: &Table, roles: &[Role], spec: &CsvSpec) -> Result<DataFrame, Box<dyn Error>> {
    let mut writer = ::csv::WriterBuilder::new()
        .quote_style(::csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in 0..table.height() {
        writer.write_record(roles.iter().map(|role| table.text(row, role.column)))?;
    }
    let field = |role: &Role| {
        let kind = match role.categorical {
            true => DataType::String,
            false => DataType::Float64,
        };
        Field::new(role.column.to_string().into(), kind)
    };
    let schema: Schema = roles.iter().map(field).collect();
    // polars compares what stands between the quotation marks.
    let markers = iter::once("").chain(spec.missing.trimmed());
    let markers = markers.map(|m| m.replace('"', "\"\"").into());
    let parsing = CsvParseOptions::default()
        .with_null_values(Some(NullValues::AllColumns(markers.collect())))
        .with_decimal_comma(spec.decimal == ',');
    let frame = CsvReadOptions::default()
        .with_has_header(false)
        .with_schema(Some(Arc::new(schema)))
        .with_ignore_errors(true)
        .with_parse_options(parsing)
        .into_reader_with_file_handle(Cursor::new(writer.into_inner()?))
        .finish()?;
    let wanted = (table.height(), roles.len());
    if frame.shape() != wanted {
        return Err(format!("a table of {wanted:?} was read as {:?}", frame.shape()).into());
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::tests::{load_text, rows, spec};

    /// What polars reads must have the bits of what Rust reads, so that results stay the same.
    #[test]
    fn numbers_are_rounded_as_rust_rounds_them() {
        let texts = [
            "0.1",
            "-0",
            "+7.",
            ".5e-3",
            "2.2250738585072014e-308",
            "4.9e-324",
            "1e-400",
            "3.4028234663852886e38",
            "9007199254740993",
            "0.1000000000000000055511151231257827021181583404541015625",
            "123456789012345678901234567890.123456789e-20",
            "\u{2212}2.5",
        ];
        let lines: Vec<String> = texts
            .iter()
            .map(|text| format!("{text},{}\n", texts.len()))
            .collect();
        let table = format!("a,y\n{}1,0\n", lines.concat());
        let data = load_text(&table, &spec()).unwrap();
        for (row, text) in rows(&data.train).iter().zip(texts) {
            let wanted = number(text, '.').unwrap();
            assert_eq!(row[0].to_bits(), wanted.to_bits(), "{text}");
        }
    }
}
