//! Tables in text files.
//!
//! The order matters, so that nothing of the test part reaches the training part:
//!
//! 1. [`encoding`] and [`lines`]: bytes become text with one kind of line end and one delimiter.
//! 2. [`records`] and [`table`]: check the structure ([`quotes`], [`ragged`], [`header`]), with the
//!    `csv` crate, which knows the line of each record.
//! 3. [`roles`]: which column is the target, which are numbers, which categories, and which have
//!    no name ([`unnamed`]).
//! 4. [`cells`]: polars reads these columns as numbers and categories; [`target`], [`labels`] and
//!    [`no_number`] explain what is none, with its place.
//! 5. Leave out rows, then split what is left.
//! 6. [`encode`]: learn replacements, categories and scales from the training part only.
//! 7. Apply them to both parts.

mod cells;
mod dressed;
mod encode;
pub(crate) mod encoding;
mod header;
mod keys;
mod labels;
mod lines;
mod meaning;
mod new_rows;
mod no_number;
mod other_format;
mod profile;
mod quotes;
mod ragged;
mod records;
mod roles;
mod stats;
mod table;
mod target;
mod texts;
mod weight;

mod unnamed;

use std::path::Path;

use contract::streams::Streams;
use ndarray::{Array2, s};
use spec::datasets::{Column, CsvSpec, MissingPolicy, Scale, Task};

use crate::dataset::{About, Dataset, Parts, Target};
use crate::error::{DataError, quoted};
use crate::files::Source;
use crate::locate::{TABLES, locate, stem};
use crate::samples::{Features, Samples};
use crate::split::{Indices, Rows, split, split_note};
use cells::Cells;
use encode::{Encoder, fits_f32, too_large_for_f32};
pub(crate) use new_rows::{new_points, new_rows};
use no_number::Wanted;
pub use profile::{ColumnKind, ColumnProfile, TableProfile, named, profile};
use roles::{Role, Roles};
use table::Table;
pub(crate) use texts::{Texts, texts};

const PATH: &str = "dataset.csv.path";
const TEST_PATH: &str = "dataset.csv.test_path";
const SPLIT: &str = "dataset.csv.split";
const SCALE: &str = "dataset.csv.scale";
pub(crate) const CLASS_WEIGHTS: &str = "dataset.csv.class_weights";
const TARGET_SCALE: &str = "dataset.csv.target_scale";

/// A prepared table has at most so many numbers (4 GB).
pub(crate) const MOST_VALUES: usize = 1 << 29;

/// Loads, splits and prepares a table.
pub(crate) fn load(spec: &CsvSpec, base: &Path, streams: &Streams) -> Result<Dataset, DataError> {
    Ok(fit(spec, base, streams)?.0)
}

/// What the columns of a table are, and what was learned of them from its training part.
struct Fitted {
    /// Of all columns.
    names: Vec<String>,
    roles: Roles,
    /// In the order of the features.
    encoders: Vec<Encoder>,
    target: Target,
}

/// The data set, and what other rows need to be prepared alike.
fn fit(spec: &CsvSpec, base: &Path, streams: &Streams) -> Result<(Dataset, Fitted), DataError> {
    let (mut table, sources) = read(spec, base)?;
    let mut notes = table.notes.clone();
    let roles = Roles::resolve(spec, &table, &mut notes)?;
    if let [target] = roles.targets.as_slice() {
        labels::rename(&mut table, *target, spec)?;
    }
    let (targets, columns) = typed(&table, &roles, spec)?;
    notes.extend(columns.iter().filter_map(Cells::note));
    let rows = kept_rows(&table, &columns, &targets, spec, &mut notes)?;
    let labels = targets.first().and_then(|target| target.categories(&rows));
    let parts = divide(spec, &table, &rows, labels.as_deref(), streams, &mut notes)?;
    let targets = target::prepare(&targets, &rows, &parts, spec, &table.files[0])?;
    if let Some((row, column, value)) = targets.too_large() {
        let (place, scale) = ((rows[row], roles.targets[column]), spec.target_scale);
        return Err(too_large_for_f32(
            &table,
            place,
            value,
            (TARGET_SCALE, scale),
        ));
    }

    let train_rows: Vec<usize> = parts.train.iter().map(|&row| rows[row]).collect();
    let weights = weight::read(&table, roles.weight, &train_rows, spec)?;
    let encoders: Vec<Encoder> = columns
        .iter()
        .map(|cells| Encoder::fit(cells, &train_rows, spec, &table.files[0], &mut notes))
        .collect::<Result<_, _>>()?;
    let samples = |part: &[usize]| {
        let part_rows: Vec<usize> = part.iter().map(|&row| rows[row]).collect();
        let x = encode(&columns, &encoders, &part_rows)?;
        if let Some((row, column, value)) = first_too_large(&x, &encoders) {
            let place = (part_rows[row], roles.features[column].column);
            return Err(too_large_for_f32(&table, place, value, (SCALE, spec.scale)));
        }
        let samples = Samples::new(Features::Values(x), targets.part(part));
        let weights = weights
            .as_ref()
            .map(|weights| part_rows.iter().map(|&row| weights[row]));
        Ok(match weights {
            None => samples,
            Some(weights) => samples.weighed(weights.collect()),
        })
    };
    let train = samples(&parts.train)?;
    let test = parts.test.as_deref().map(samples).transpose()?;
    unseen_notes(&columns, &encoders, &parts, &rows, &mut notes);
    let feature_names: Vec<String> = encoders.iter().flat_map(|e| e.names.clone()).collect();
    let about = About {
        name: stem(&spec.path),
        sample_shape: vec![feature_names.len()],
        feature_names,
        target: targets.target.clone(),
        sources,
        notes,
    };
    let fitted = Fitted {
        names: table.names,
        roles,
        encoders,
        target: targets.target,
    };
    Ok((Dataset::assemble(Parts { train, test }, about), fitted))
}

/// Reads the table, and the one of a separate test file below it.
fn read(spec: &CsvSpec, base: &Path) -> Result<(Table, Vec<Source>), DataError> {
    let (table, source) = Table::read(&locate(&spec.path, base, PATH, TABLES)?, spec, PATH)?;
    let Some(test_path) = &spec.test_path else {
        return Ok((table, vec![source]));
    };
    let file = locate(test_path, base, TEST_PATH, TABLES)?;
    let (test, test_source) = Table::read(&file, spec, TEST_PATH)?;
    Ok((table.stack(test)?, vec![source, test_source]))
}

/// A column of numbers without a gap.
pub(crate) struct Series {
    /// Name of the column.
    pub name: String,
    /// Name of the file without its ending.
    pub stem: String,
    /// In the order of the file.
    pub values: Vec<f64>,
    pub source: Source,
    pub notes: Vec<String>,
}

/// Reads one column of a table for `[dataset.series]`, whose keys the errors have.
pub(crate) fn numbers(spec: &CsvSpec, column: &Column, base: &Path) -> Result<Series, DataError> {
    read_series(spec, column, base).map_err(|error| keys::SERIES.of(error))
}

fn read_series(spec: &CsvSpec, column: &Column, base: &Path) -> Result<Series, DataError> {
    let path = &spec.path;
    let file = locate(path, base, keys::SERIES.path, TABLES)?;
    let (table, source) = Table::read(&file, spec, keys::SERIES.path)?;
    let column = roles::find(column, &table, "dataset.series.column")?;
    let categorical = false;
    let role = Role {
        column,
        categorical,
    };
    let cells = Cells::read(&table, &[role], spec)?.remove(0);
    let cells = cells.explained(&table, column, spec, Wanted::Series)?;
    let mut values = Vec::with_capacity(table.height());
    for row in 0..table.height() {
        let value = cells.number(row).ok_or_else(|| {
            let (text, remedy) = (table.text(row, column), "fill the gap of the series");
            table.wrong((row, column), text, "a number", remedy.into())
        })?;
        values.push(value);
    }
    Ok(Series {
        name: table.names[column].clone(),
        stem: stem(path),
        values,
        source,
        notes: table.notes,
    })
}

/// What is subtracted from values and what they are then divided by, learned from at least one of
/// them: 0 where all are the same; none when they are too large to scale.
pub(crate) fn scaling(scale: Scale, values: &[f64]) -> Option<(f64, f64)> {
    let scaling = encode::Scaling::fit(scale, values)?;
    Some((scaling.shift, scaling.divisor))
}

/// The targets and the features, each text looked at.
fn typed(
    table: &Table,
    roles: &Roles,
    spec: &CsvSpec,
) -> Result<(Vec<Cells>, Vec<Cells>), DataError> {
    let categorical = spec.task == Task::Classification;
    let targets = roles.targets.iter().map(|&column| Role {
        column,
        categorical,
    });
    let all: Vec<Role> = targets.chain(roles.features.clone()).collect();
    let mut cells = Cells::read(table, &all, spec)?;
    let features = cells.split_off(roles.targets.len());
    let targets = cells.into_iter().zip(&roles.targets);
    let targets = targets.map(|(cells, &column)| target::check(cells, table, column, spec));
    let targets = targets.collect::<Result<_, _>>()?;
    let features = features.into_iter().zip(&roles.features);
    let features =
        features.map(|(cells, role)| cells.explained(table, role.column, spec, Wanted::Feature));
    Ok((targets, features.collect::<Result<_, _>>()?))
}

/// Rows with a target and, when rows with missing values are to be dropped, with every feature.
fn kept_rows(
    table: &Table,
    columns: &[Cells],
    targets: &[Cells],
    spec: &CsvSpec,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, DataError> {
    let all = table.height();
    let has_target = |row: &usize| targets.iter().all(|cells| cells.is_present(*row));
    let labelled: Vec<usize> = (0..all).filter(has_target).collect();
    let drop = spec.missing.policy == MissingPolicy::DropRows;
    let whole = |row: usize| columns.iter().all(|cells| cells.is_present(row));
    let kept: Vec<usize> = labelled
        .iter()
        .copied()
        .filter(|&row| !drop || whole(row))
        .collect();
    let dropped = [
        (all - labelled.len(), "a missing target"),
        (labelled.len() - kept.len(), "missing values"),
    ];
    for (count, why) in dropped.into_iter().filter(|(count, _)| *count > 0) {
        let rows = if all == 1 { "row" } else { "rows" };
        notes.push(format!("{count} of {all} {rows} dropped for {why}"));
    }
    if kept.is_empty() {
        return Err(no_row_left(&table.files[0], columns, &labelled));
    }
    Ok(kept)
}

/// Why no row is left: perhaps columns that are empty in all `labelled` rows.
fn no_row_left(file: &str, columns: &[Cells], labelled: &[usize]) -> DataError {
    let empty = |cells: &&Cells| !labelled.iter().any(|&row| cells.is_present(row));
    let empty: Vec<&str> = columns.iter().filter(empty).map(Cells::name).collect();
    let problem = format!("every row of {file} has a missing value");
    let remedy = match empty.is_empty() {
        true => "ignore the emptiest columns, or set a policy that replaces missing values".into(),
        false => format!(
            "list what is empty in dataset.csv.ignore: {}",
            quoted(&empty)
        ),
    };
    DataError::setting("dataset.csv.missing", problem, remedy)
}

/// Training and test part as positions in `rows`.
fn divide(
    spec: &CsvSpec,
    table: &Table,
    rows: &[usize],
    labels: Option<&[&str]>,
    streams: &Streams,
    notes: &mut Vec<String>,
) -> Result<Indices, DataError> {
    if table.files.len() > 1 {
        let in_test = |&position: &usize| table.file(rows[position]) == 1;
        let (test, train): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(in_test);
        for (part, file, key) in [(&train, 0, PATH), (&test, 1, TEST_PATH)] {
            if part.is_empty() {
                let problem = format!("no row of {} is left", table.files[file]);
                let remedy = "use a file with more whole rows, or replace missing values";
                return Err(DataError::setting(key, problem, remedy));
            }
        }
        let test = Some(test);
        return Ok(Indices { train, test });
    }
    let rows = Rows {
        count: rows.len(),
        labels,
        key: SPLIT,
    };
    let parts = split(&spec.split, &rows, &mut streams.stream("split"))?;
    notes.extend(split_note(&spec.split));
    Ok(parts)
}

/// Features `[rows.len(), D]` of these rows of the table.
fn encode(
    columns: &[Cells],
    encoders: &[Encoder],
    rows: &[usize],
) -> Result<Array2<f64>, DataError> {
    let width: usize = encoders.iter().map(|encoder| encoder.names.len()).sum();
    if rows.len().saturating_mul(width) > MOST_VALUES {
        return Err(DataError::setting(
            "dataset.csv.categorical",
            format!(
                "{} rows of {width} features do not fit into memory",
                rows.len()
            ),
            "ignore categorical columns with many different values",
        ));
    }
    let mut x = Array2::zeros((rows.len(), width));
    let mut start = 0;
    for (cells, encoder) in columns.iter().zip(encoders) {
        let end = start + encoder.names.len();
        let mut block = x.slice_mut(s![.., start..end]);
        for (out, &row) in block.rows_mut().into_iter().zip(rows) {
            encoder.write(cells, row, out);
        }
        start = end;
    }
    Ok(x)
}

/// The first feature that f32 cannot hold: row and column, by position, and the number. Scaling
/// alone does not prevent it, for a test value may lie far outside of the training range.
fn first_too_large(x: &Array2<f64>, encoders: &[Encoder]) -> Option<(usize, usize, f64)> {
    let found = x.indexed_iter().find(|(_, value)| !fits_f32(**value));
    let ((row, feature), value) = found?;
    let mut ends = encoders.iter().scan(0, |end, encoder| {
        *end += encoder.names.len();
        Some(*end)
    });
    Some((row, ends.position(|end| feature < end)?, *value))
}

/// Tells of categories that only the test part has.
fn unseen_notes(
    columns: &[Cells],
    encoders: &[Encoder],
    parts: &Indices,
    rows: &[usize],
    notes: &mut Vec<String>,
) {
    let Some(test) = &parts.test else { return };
    for (cells, encoder) in columns.iter().zip(encoders) {
        let unseen = encoder.unseen(cells, test.iter().map(|&row| rows[row]));
        if !unseen.is_empty() {
            let (name, values) = (cells.name(), quoted(&unseen));
            notes.push(format!(
                "{name}: {values} only in the test part, all zeros there"
            ));
        }
    }
}

#[cfg(test)]
mod tests;
