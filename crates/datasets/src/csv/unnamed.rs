//! Columns without a name: a delimiter at the end of each line, row numbers that another tool
//! wrote, or data whose name was forgotten.

use spec::datasets::{Column, CsvSpec};

use super::keys::IGNORE;
use super::table::Table;
use crate::error::{DataError, excerpt};

/// The columns of a table that nobody names, neither its header nor the config, and that hold no
/// data; tells of each in `notes`. `named` are those that the config names.
///
/// # Errors
///
/// When such a column holds data.
pub(super) fn left_out(
    table: &Table,
    spec: &CsvSpec,
    named: &[usize],
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, DataError> {
    let last = table.names.len() - 1;
    let mut left_out = Vec::new();
    for column in (0..=last).filter(|column| !named.contains(column)) {
        let unnamed = table.unnamed.contains(&column);
        let in_pandas = is_unnamed_in_pandas(&table.names[column]);
        let of_delimiters = unnamed || in_pandas || spec.header == Some(false) && column == last;
        let text = |row: usize| table.text(row, column);
        if of_delimiters && (0..table.height()).all(|row| text(row).is_empty()) {
            notes.push(format!("{} is empty: left out", called(table, column)));
        } else if (unnamed && column == 0 || in_pandas) && counts_rows(table, column) {
            let column = called(table, column);
            notes.push(format!("{column} only counts the rows: left out"));
        } else if unnamed || in_pandas && are_different_integers(table, column) {
            return Err(no_name(table, column, spec));
        } else {
            note_row_numbers(table, column, notes);
            continue;
        }
        left_out.push(column);
    }
    Ok(left_out)
}

/// "Unnamed: 0": pandas read a column without a name, and wrote it again; "Unnamed: 0.1": twice.
fn is_unnamed_in_pandas(name: &str) -> bool {
    let number = name.strip_prefix("Unnamed: ");
    number.is_some_and(|number| number.parse::<f64>().is_ok())
}

/// Whether the rows of the first file are numbered in order, from 0 or from 1.
fn counts_rows(table: &Table, column: usize) -> bool {
    let texts = || (0..table.height()).filter(|&row| table.file(row) == 0);
    let counts = |from: usize| {
        let mut numbered = texts().enumerate();
        numbered.all(|(index, row)| table.text(row, column).parse() == Ok(index + from))
    };
    counts(0) || counts(1)
}

/// Whether a column may be row numbers of rows that were drawn or shuffled.
fn are_different_integers(table: &Table, column: usize) -> bool {
    let numbers = (0..table.height()).map(|row| table.text(row, column).parse::<u64>());
    let Ok(mut numbers) = numbers.collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    numbers.sort_unstable();
    numbers.windows(2).all(|pair| pair[0] < pair[1])
}

/// Tells of a feature that by its name and its values may be a row number.
fn note_row_numbers(table: &Table, column: usize, notes: &mut Vec<String>) {
    const NAMES: [&str; 8] = ["id", "index", "idx", "row", "rowid", "rownames", "no", "nr"];
    let name = &table.names[column];
    let by_name = NAMES.iter().any(|other| name.eq_ignore_ascii_case(other));
    let without = column == 0 && name == "0" && table.height() >= 10;
    if (by_name || without) && counts_rows(table, column) {
        notes.push(format!(
            "column {name:?} counts the rows and is taken for a feature; list it in {IGNORE} if \
             it is none"
        ));
    }
}

fn called(table: &Table, column: usize) -> String {
    match table.unnamed.contains(&column) {
        true => format!("column {column}, which has no name,"),
        false => format!("column {:?}", table.names[column]),
    }
}

fn no_name(table: &Table, column: usize, spec: &CsvSpec) -> DataError {
    let mut values = (0..table.height()).map(|row| table.text(row, column));
    let value = values.find(|text| !text.is_empty()).unwrap_or_default();
    let (listed, found) = match table.unnamed.contains(&column) {
        true => (Column::Index(column as i64), "no name".to_string()),
        false => {
            let name = Column::Name(table.names[column].clone());
            let found = format!("the name {name}, which pandas gives where there is none,");
            (name, found)
        }
    };
    let mut ignore: Vec<String> = spec.ignore.iter().map(Column::to_string).collect();
    ignore.push(listed.to_string());
    DataError::Content {
        file: table.files[0].clone(),
        place: "line 1".into(),
        found: format!(
            "{found} for column {column}, which holds {} ...",
            excerpt(value)
        ),
        expected: "a name for every column".into(),
        remedy: format!(
            "name it, or leave it out: {IGNORE} = [{}]",
            ignore.join(", ")
        ),
    }
}
