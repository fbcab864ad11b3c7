//! The column that says how much each row counts.

use spec::datasets::CsvSpec;

use super::cells::Cells;
use super::no_number::Wanted;
use super::roles::{Role, WEIGHT};
use super::table::Table;
use crate::error::DataError;

/// The weights of all rows; none where the config names no column.
///
/// # Errors
///
/// When a row has no weight, or one below 0, or none of the `trained` rows counts.
pub(super) fn read(
    table: &Table,
    column: Option<usize>,
    trained: &[usize],
    spec: &CsvSpec,
) -> Result<Option<Vec<f64>>, DataError> {
    let Some(column) = column else {
        return Ok(None);
    };
    let role = Role {
        column,
        categorical: false,
    };
    let cells = Cells::read(table, &[role], spec)?.remove(0);
    let Cells::Numbers { values, .. } = cells.explained(table, column, spec, Wanted::Weight)?
    else {
        unreachable!("weights are read as numbers");
    };
    let weight = |(row, value): (usize, Option<f64>)| {
        value.filter(|weight| *weight >= 0.0).ok_or_else(|| {
            let (text, expected) = (table.text(row, column), "a weight of 0 or more");
            table.wrong(
                (row, column),
                text,
                expected,
                "correct it, or remove the row".into(),
            )
        })
    };
    let weights: Vec<f64> = values
        .into_iter()
        .enumerate()
        .map(weight)
        .collect::<Result<_, _>>()?;
    if trained.iter().all(|&row| weights[row] == 0.0) {
        let name = &table.names[column];
        let problem = format!("no row to train on has a weight above 0 in column {name:?}");
        return Err(DataError::setting(
            WEIGHT,
            problem,
            "name another column, or leave it out",
        ));
    }
    Ok(Some(weights))
}
