//! The target column: classes or real numbers.

use spec::datasets::{CsvSpec, Scale};

use super::cells::Cells;
use super::encode::{Scaling, fits_f32};
use super::labels;
use super::meaning::number;
use super::no_number::Wanted;
use super::roles::TARGET;
use super::stats;
use super::table::Table;
use crate::dataset::{Quantity, Target};
use crate::error::{DataError, quoted};
use crate::samples::Targets;
use crate::split::Indices;

/// Targets ready for samples, with their meaning.
pub(super) struct Prepared {
    pub target: Target,
    values: Targets,
    /// Number of rows.
    count: usize,
}

/// Finds what is wrong with the target's values.
pub(super) fn check(
    cells: Cells,
    table: &Table,
    column: usize,
    spec: &CsvSpec,
) -> Result<Cells, DataError> {
    if (0..table.height()).all(|row| table.known(row, column).is_none()) {
        let (file, name) = (&table.files[0], &table.names[column]);
        let problem = format!("column {name:?} of {file} has no value in any row");
        let remedy = format!("name another column: it has {}", quoted(&table.names));
        return Err(DataError::setting(TARGET, problem, remedy));
    }
    if let Cells::Categories { values, .. } = &cells {
        labels::check_classes(values, table, column, spec)?;
    }
    cells.explained(table, column, spec, Wanted::Target)
}

/// Numbers the classes of these rows, or scales their real values as the training part teaches.
pub(super) fn prepare(
    targets: &[Cells],
    rows: &[usize],
    parts: &Indices,
    spec: &CsvSpec,
    file: &str,
) -> Result<Prepared, DataError> {
    match targets {
        [] => Ok(Prepared {
            target: Target::Input,
            values: Targets::Input,
            count: rows.len(),
        }),
        [Cells::Categories { name, values }] => {
            let values = rows.iter().filter_map(|&row| values[row].as_deref());
            let values: Vec<&str> = values.collect();
            prepare_classes(&values, parts, spec.decimal, (name, file))
        }
        columns => prepare_reals(columns, rows, parts, spec.target_scale, file),
    }
}

impl Prepared {
    /// The first target that f32 cannot hold: its row and its column, by position, and the number.
    pub fn too_large(&self) -> Option<(usize, usize, f64)> {
        let (Targets::Values(values), Target::Real(columns)) = (&self.values, &self.target) else {
            return None;
        };
        let at = values.iter().position(|value| !fits_f32(*value))?;
        Some((at / columns.len(), at % columns.len(), values[at]))
    }

    /// Targets of these samples.
    pub fn part(&self, rows: &[usize]) -> Targets {
        self.values.select(rows, self.count)
    }
}

fn prepare_classes(
    values: &[&str],
    parts: &Indices,
    decimal: char,
    (name, file): (&str, &str),
) -> Result<Prepared, DataError> {
    let names = stats::sorted_names(values.iter().copied());
    if let [only] = names.as_slice() {
        let problem = format!("column {name:?} of {file} has a single class, {only:?}");
        let remedy = "name a column with at least two classes, or use rows of another class too";
        return Err(DataError::setting(TARGET, problem, remedy));
    }
    let index = |value: &&str| names.iter().position(|name| name == value).unwrap_or(0);
    let labels: Vec<usize> = values.iter().map(index).collect();
    let mut trained = vec![false; names.len()];
    for &row in &parts.train {
        trained[labels[row]] = true;
    }
    let absent: Vec<&String> = (names.iter().zip(&trained))
        .filter_map(|(name, &trained)| (!trained).then_some(name))
        .collect();
    if !absent.is_empty() {
        return Err(absent_classes(&absent, &names, decimal, (name, file)));
    }
    Ok(Prepared {
        target: Target::Classes { names },
        count: labels.len(),
        values: Targets::Classes(labels),
    })
}

fn absent_classes(
    absent: &[&String],
    names: &[String],
    decimal: char,
    (name, file): (&str, &str),
) -> DataError {
    let problem = format!(
        "column {name:?} of {file} has classes that no training sample shows: {}",
        quoted(absent)
    );
    let numbers: Option<Vec<f64>> = names.iter().map(|name| number(name, decimal)).collect();
    let fractions = |all: &[f64]| all.iter().any(|value| value.fract() != 0.0);
    let remedy = if numbers.is_some_and(|all| all.len() > 20 || fractions(&all)) {
        "set task = \"regression\" if the target is a quantity, or use a stratified split"
    } else {
        "use a stratified split, or a training file that has them"
    };
    DataError::setting(TARGET, problem, remedy)
}

fn prepare_reals(
    columns: &[Cells],
    rows: &[usize],
    parts: &Indices,
    scale: Scale,
    file: &str,
) -> Result<Prepared, DataError> {
    let mut quantities = Vec::with_capacity(columns.len());
    let mut stored = vec![0.0; rows.len() * columns.len()];
    for (at, cells) in columns.iter().enumerate() {
        let Cells::Numbers { name, values } = cells else {
            unreachable!("of several targets all are read as numbers");
        };
        let values: Vec<f64> = rows.iter().filter_map(|&row| values[row]).collect();
        let quantity = fit(name, &values, parts, scale, file)?;
        let column = stored.iter_mut().skip(at).step_by(columns.len());
        for (stored, value) in column.zip(values) {
            *stored = (value - quantity.mean) / quantity.scale;
        }
        quantities.push(quantity);
    }
    Ok(Prepared {
        target: Target::Real(quantities),
        values: Targets::Values(stored),
        count: rows.len(),
    })
}

/// How a column of real values is scaled.
fn fit(
    name: &str,
    values: &[f64],
    parts: &Indices,
    scale: Scale,
    file: &str,
) -> Result<Quantity, DataError> {
    let train: Vec<f64> = parts.train.iter().map(|&row| values[row]).collect();
    let scaling = Scaling::fit(scale, &train).ok_or_else(|| {
        let problem = format!("column {name:?} of {file} holds numbers too large to scale");
        DataError::setting(TARGET, problem, "use another unit")
    })?;
    Ok(Quantity {
        name: name.into(),
        mean: scaling.shift,
        // A constant target keeps its unit, so that stored values can always be turned back.
        scale: match scaling.divisor {
            0.0 => 1.0,
            divisor => divisor,
        },
    })
}
