//! Which column is what.

use spec::dataset::{Column, CsvSpec};

use super::table::Table;
use crate::error::{DataError, quoted};

const TARGET: &str = "dataset.csv.target";
const IGNORE: &str = "dataset.csv.ignore";
const CATEGORICAL: &str = "dataset.csv.categorical";

/// A feature column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    /// Position in the table.
    pub column: usize,
    /// Whether it holds categories rather than numbers.
    pub categorical: bool,
}

/// The columns that are used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Roles {
    pub target: usize,
    /// In the order of the file.
    pub features: Vec<Role>,
}

impl Roles {
    /// Finds the columns that the config names.
    pub fn resolve(spec: &CsvSpec, table: &Table) -> Result<Self, DataError> {
        let (names, file) = (&table.names, &table.files[0]);
        let target = find(&spec.target, names, TARGET, file)?;
        let ignored = find_all(&spec.ignore, names, IGNORE, file)?;
        let categorical = find_all(&spec.categorical, names, CATEGORICAL, file)?;
        for (columns, key, why) in [
            (&ignored, IGNORE, "it cannot be ignored"),
            (&categorical, CATEGORICAL, "classes need no listing here"),
        ] {
            if columns.contains(&target) {
                let problem = format!("column {:?} is the target; {why}", names[target]);
                return Err(DataError::setting(key, problem, "remove it from the list"));
            }
        }
        if let Some(&both) = categorical.iter().find(|column| ignored.contains(column)) {
            let problem = format!("column {:?} is also in {IGNORE}", names[both]);
            return Err(DataError::setting(CATEGORICAL, problem, "list it once"));
        }
        let features: Vec<Role> = (0..names.len())
            .filter(|column| *column != target && !ignored.contains(column))
            .map(|column| Role {
                column,
                categorical: categorical.contains(&column),
            })
            .collect();
        if features.is_empty() {
            let problem = format!("no column of {file} is left as a feature");
            return Err(DataError::setting(IGNORE, problem, "ignore fewer columns"));
        }
        Ok(Self { target, features })
    }
}

fn find_all(
    columns: &[Column],
    names: &[String],
    key: &'static str,
    file: &str,
) -> Result<Vec<usize>, DataError> {
    columns
        .iter()
        .map(|column| find(column, names, key, file))
        .collect()
}

/// The position of a column.
fn find(
    column: &Column,
    names: &[String],
    key: &'static str,
    file: &str,
) -> Result<usize, DataError> {
    let found = match column {
        Column::Index(index) => (*index < names.len()).then_some(*index),
        Column::Name(name) => names.iter().position(|other| other == name.trim()),
    };
    found.ok_or_else(|| {
        let problem = format!("{file} has no column {column}");
        let remedy = match column {
            Column::Index(_) => format!(
                "columns count from 0 to {}: {}",
                names.len() - 1,
                quoted(names)
            ),
            Column::Name(name) => match nearest(name, names) {
                Some(near) => format!("did you mean {near:?}? It has {}", quoted(names)),
                None => format!("it has {}", quoted(names)),
            },
        };
        DataError::setting(key, problem, remedy)
    })
}

/// The name most like `name`, if one is like it at all.
fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a String> {
    let likeness = |other: &String| {
        let (a, b) = (name.to_lowercase(), other.to_lowercase());
        strsim::jaro_winkler(&a, &b)
    };
    names
        .iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["bill_length_mm", "island", "species"]
            .map(Into::into)
            .into()
    }

    fn message(column: Column) -> String {
        find(&column, &names(), TARGET, "p.csv")
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn columns_are_found_by_name_and_index() {
        let found = |column| find(&column, &names(), TARGET, "p.csv").unwrap();
        assert_eq!(found(Column::Name("island".into())), 1);
        assert_eq!(found(Column::Index(2)), 2);
    }

    #[test]
    fn unknown_columns_get_the_nearest_name_and_the_list() {
        let text = "dataset.csv.target: p.csv has no column \"Speces\"; did you mean \"species\"? \
                    It has \"bill_length_mm\", \"island\", \"species\"";
        assert_eq!(message(Column::Name("Speces".into())), text);
        let text = message(Column::Name("zzz".into()));
        assert!(text.ends_with("\"zzz\"; it has \"bill_length_mm\", \"island\", \"species\""));
        let text = message(Column::Index(3));
        assert!(
            text.contains("has no column 3; columns count from 0 to 2: \"bill"),
            "{text}"
        );
    }
}
