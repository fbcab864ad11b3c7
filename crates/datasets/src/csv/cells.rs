//! Texts of a feature column become numbers or categories.

use spec::datasets::CsvSpec;

use super::meaning::{looks_missing, number};
use super::no_number::{MARKERS, remedy, remedy_if_alone};
use super::roles::Role;
use super::stats::sorted_names;
use super::table::Table;
use crate::error::{DataError, quoted};

/// A feature column; none where a value is missing.
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
    /// Reads a column of the table; tells in `notes` of categories that seem to be missing values.
    pub fn parse(
        table: &Table,
        role: &Role,
        spec: &CsvSpec,
        notes: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let name = table.names[role.column].clone();
        let texts = table.texts(role.column, &spec.missing.markers);
        if role.categorical {
            let values: Vec<Option<String>> = texts.map(|text| text.map(str::to_string)).collect();
            let known = values.iter().flatten().map(String::as_str);
            let missing = sorted_names(known.filter(|text| looks_missing(text)));
            if !missing.is_empty() {
                let missing = quoted(&missing);
                notes.push(format!(
                    "{name}: {missing} taken for a category; list it in {MARKERS} if it stands for \
                     a missing value"
                ));
            }
            return Ok(Self::Categories { name, values });
        }
        let wrong = |row: usize, text: &str| {
            let remedy = remedy(table, role.column, text, spec);
            let alone = || remedy_if_alone(table, role.column, text, spec);
            let remedy = remedy.or_else(alone).unwrap_or_else(|| {
                format!(
                    "list {name:?} in dataset.csv.categorical or dataset.csv.ignore, or {text:?} \
                     in {MARKERS}"
                )
            });
            table.wrong((row, role.column), text, "a number", remedy)
        };
        let values = texts
            .enumerate()
            .map(
                |(row, text)| match text.map(|text| (text, number(text, spec.decimal))) {
                    None => Ok(None),
                    Some((_, Some(value))) => Ok(Some(value)),
                    Some((text, None)) => Err(wrong(row, text)),
                },
            )
            .collect::<Result<_, _>>()?;
        Ok(Self::Numbers { name, values })
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Numbers { name, .. } | Self::Categories { name, .. } => name,
        }
    }

    pub fn is_present(&self, row: usize) -> bool {
        match self {
            Self::Numbers { values, .. } => values[row].is_some(),
            Self::Categories { values, .. } => values[row].is_some(),
        }
    }
}
