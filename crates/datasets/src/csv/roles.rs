//! Which column is what.

use spec::datasets::{Column, CsvSpec, TableTarget};
use spec::error::nearest;

use super::keys::IGNORE;
use super::table::Table;
use super::unnamed;
use crate::error::{DataError, quoted};

pub(super) const TARGET: &str = "dataset.csv.target";
pub(super) const WEIGHT: &str = "dataset.csv.weight";
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
    /// Where the target is; none where it is the input itself.
    pub targets: Vec<usize>,
    /// Where the weight of each row is.
    pub weight: Option<usize>,
    /// In the order of the file.
    pub features: Vec<Role>,
}

impl Roles {
    /// Finds the columns that the config names; tells in `notes` which others are not used.
    pub fn resolve(
        spec: &CsvSpec,
        table: &Table,
        notes: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let (names, file) = (&table.names, &table.files[0]);
        let targets = find_targets(&spec.target, table)?;
        let mut ignored = find_all(&spec.ignore, table, IGNORE)?;
        let categorical = find_all(&spec.categorical, table, CATEGORICAL)?;
        for (columns, key, why) in [
            (&ignored, IGNORE, "it cannot be ignored"),
            (&categorical, CATEGORICAL, "classes need no listing here"),
        ] {
            if let Some(&target) = targets.iter().find(|target| columns.contains(target)) {
                let problem = format!("column {:?} is the target; {why}", names[target]);
                return Err(DataError::setting(key, problem, "remove it from the list"));
            }
        }
        if let Some(&both) = categorical.iter().find(|column| ignored.contains(column)) {
            let problem = format!("column {:?} is also in {IGNORE}", names[both]);
            return Err(DataError::setting(CATEGORICAL, problem, "list it once"));
        }
        let weight = find_weight(spec, table, &[&targets, &ignored, &categorical])?;
        let named: Vec<usize> = [&targets, ignored.as_slice(), &categorical].concat();
        let named: Vec<usize> = named.into_iter().chain(weight).collect();
        let left_out = unnamed::left_out(table, spec, &named, notes)?;
        let remedy = match left_out.is_empty() {
            true => "ignore fewer columns",
            false => "name the columns in the header, or ignore fewer",
        };
        ignored.extend(left_out.into_iter().chain(weight));
        let features: Vec<Role> = (0..names.len())
            .filter(|column| !targets.contains(column) && !ignored.contains(column))
            .map(|column| Role {
                column,
                categorical: categorical.contains(&column),
            })
            .collect();
        if features.is_empty() {
            let problem = format!("no column of {file} is left as a feature");
            return Err(DataError::setting(IGNORE, problem, remedy));
        }
        Ok(Self {
            targets,
            weight,
            features,
        })
    }
}

/// The columns of the target, each named once.
fn find_targets(target: &TableTarget, table: &Table) -> Result<Vec<usize>, DataError> {
    let mut found = Vec::new();
    for column in target.columns() {
        let column = find(column, table, TARGET)?;
        if found.contains(&column) {
            let problem = format!("column {:?} is listed twice", table.names[column]);
            return Err(DataError::setting(TARGET, problem, "list it once"));
        }
        found.push(column);
    }
    let input = table.names.iter().position(|name| name == "input");
    if let (TableTarget::Input, Some(at)) = (target, input) {
        let problem = format!(
            "\"input\" stands for all features, and {} has a column of that name",
            table.files[0]
        );
        let remedy = format!("set target = {at} to predict that column, or give it another name");
        return Err(DataError::setting(TARGET, problem, remedy));
    }
    Ok(found)
}

/// The column of the weights, which is nothing else besides.
fn find_weight(
    spec: &CsvSpec,
    table: &Table,
    others: &[&Vec<usize>],
) -> Result<Option<usize>, DataError> {
    let Some(column) = &spec.weight else {
        return Ok(None);
    };
    let column = find(column, table, WEIGHT)?;
    if others.iter().any(|other| other.contains(&column)) {
        let name = &table.names[column];
        let problem = format!("column {name:?} is the target, or listed as something else too");
        return Err(DataError::setting(WEIGHT, problem, "name it once"));
    }
    Ok(Some(column))
}

/// The positions of all columns of a list; "" stands for those without a name.
fn find_all(columns: &[Column], table: &Table, key: &'static str) -> Result<Vec<usize>, DataError> {
    let mut found = Vec::new();
    for column in columns {
        match column {
            Column::Name(name) if name.trim().is_empty() && !table.unnamed.is_empty() => {
                found.extend(&table.unnamed);
            }
            _ => found.push(find(column, table, key)?),
        }
    }
    Ok(found)
}

/// The position of a column.
pub(super) fn find(column: &Column, table: &Table, key: &'static str) -> Result<usize, DataError> {
    let (names, file) = (&table.names, &table.files[0]);
    let position = |index: i64| usize::try_from(index).ok().filter(|at| *at < names.len());
    let found = match column {
        Column::Index(index) => position(*index),
        Column::Name(name) => names.iter().position(|other| other == name.trim()),
    };
    found.ok_or_else(|| {
        let problem = format!("{file} has no column {column}");
        let last = names.len() - 1;
        let remedy = match column {
            Column::Index(index) if *index < 0 => format!(
                "a column is a name or an index from 0, and the last one is {last}: {}",
                quoted(names)
            ),
            Column::Index(_) => format!("columns count from 0 to {last}: {}", quoted(names)),
            Column::Name(name) => match name.trim().parse().ok().and_then(position) {
                Some(at) => format!(
                    "an index stands without quotation marks: {at} is {:?}. It has {}",
                    names[at],
                    quoted(names)
                ),
                None => match table.line_of(name.trim()) {
                    Some(line) => format!(
                        "{name:?} stands on line {line}: if that line names the columns, remove \
                         what stands above it. Now they are {}",
                        quoted(names)
                    ),
                    None => by_likeness(name, names),
                },
            },
        };
        DataError::setting(key, problem, remedy)
    })
}

pub(super) fn by_likeness(name: &str, names: &[String]) -> String {
    match likely(name, names) {
        Some(near) => format!("did you mean {near:?}? It has {}", quoted(names)),
        None => format!("it has {}", quoted(names)),
    }
}

/// The name most like `name`, if one is like it at all: first of all one of the same letters.
pub(super) fn likely<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let letters = |name: &str| {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>().to_lowercase()
    };
    let wanted = letters(name);
    let same = |other: &&str| !wanted.is_empty() && letters(other) == wanted;
    let mut all = names.iter().map(String::as_str);
    all.clone().find(same).or_else(|| nearest(name, &mut all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::of_names(["bill_length_mm", "island", "species"])
    }

    fn message(column: Column) -> String {
        find(&column, &table(), TARGET).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_found_by_name_and_index() {
        let found = |column| find(&column, &table(), TARGET).unwrap();
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
        let text = message(Column::Index(-1));
        let wanted = "has no column -1; a column is a name or an index from 0, and the last one is \
                      2: \"bill_length_mm\", ";
        assert!(text.contains(wanted), "{text}");
        let text = message(Column::Name("2".into()));
        let wanted = "an index stands without quotation marks: 2 is \"species\"";
        assert!(text.contains(wanted), "{text}");
    }
}
