//! Tables in text files.
//!
//! The order matters, so that nothing of the test part reaches the training part:
//!
//! 1. [`records`] and [`table`]: check the text, read every field as a string (polars).
//! 2. [`roles`]: which column is the target, which are numbers, which categories.
//! 3. [`cells`]: turn strings into numbers and categories, with places for errors.
//! 4. Leave out rows, then split what is left.
//! 5. [`encode`]: learn replacements, categories and scales from the training part only.
//! 6. Apply them to both parts.

mod cells;
mod encode;
mod records;
mod roles;
mod stats;
mod table;
mod target;

use std::path::Path;

use ndarray::{Array2, s};
use spec::dataset::{CsvSpec, MissingPolicy, Split};
use spec::streams::Streams;

use crate::dataset::{About, Dataset, Parts};
use crate::error::{DataError, quoted};
use crate::files::{self, Located, Source};
use crate::samples::{Features, Samples};
use crate::split::{Indices, Rows, split};
use cells::Cells;
use encode::Encoder;
use roles::Roles;
use table::Table;
use target::Values;

const PATH: &str = "dataset.csv.path";
const TEST_PATH: &str = "dataset.csv.test_path";
const SPLIT: &str = "dataset.csv.split";

/// A prepared table has at most so many numbers (4 GB).
const MOST_VALUES: usize = 1 << 29;

/// Loads, splits and prepares a table.
pub(crate) fn load(spec: &CsvSpec, base: &Path, streams: &Streams) -> Result<Dataset, DataError> {
    let (table, sources) = read(spec, base)?;
    let roles = Roles::resolve(spec, &table)?;
    let columns: Vec<Cells> = roles
        .features
        .iter()
        .map(|role| Cells::parse(&table, role, &spec.missing.markers))
        .collect::<Result<_, _>>()?;
    let targets = Values::parse(&table, roles.target, spec)?;

    let mut notes = Vec::new();
    let rows = kept_rows(&table, &columns, &targets, spec, &mut notes)?;
    let (targets, target_name) = (targets.keep(&rows), &table.names[roles.target]);
    let parts = divide(spec, &table, &rows, &targets, streams, &mut notes)?;
    let targets = targets.prepare(&parts, spec, target_name, &table.files[0])?;

    let train_rows: Vec<usize> = parts.train.iter().map(|&row| rows[row]).collect();
    let encoders: Vec<Encoder> = columns
        .iter()
        .map(|cells| Encoder::fit(cells, &train_rows, spec, &table.files[0], &mut notes))
        .collect::<Result<_, _>>()?;
    let samples = |part: &[usize]| {
        let part_rows: Vec<usize> = part.iter().map(|&row| rows[row]).collect();
        let x = encode(&columns, &encoders, &part_rows, &table.files[0])?;
        Ok(Samples::new(Features::Values(x), targets.part(part)))
    };
    let train = samples(&parts.train)?;
    let test = parts.test.as_deref().map(samples).transpose()?;
    unseen_notes(&columns, &encoders, &parts, &rows, &mut notes);
    let feature_names: Vec<String> = encoders.iter().flat_map(|e| e.names.clone()).collect();
    let about = About {
        name: stem(&spec.path),
        sample_shape: vec![feature_names.len()],
        feature_names,
        target: targets.target,
        sources,
        notes,
    };
    Ok(Dataset::assemble(Parts { train, test }, about))
}

/// Reads the table, and the one of a separate test file below it.
fn read(spec: &CsvSpec, base: &Path) -> Result<(Table, Vec<Source>), DataError> {
    let (table, source) = Table::read(&locate(&spec.path, base, PATH)?, spec, PATH)?;
    let Some(test_path) = &spec.test_path else {
        return Ok((table, vec![source]));
    };
    let file = locate(test_path, base, TEST_PATH)?;
    let (test, test_source) = Table::read(&file, spec, TEST_PATH)?;
    Ok((table.stack(test)?, vec![source, test_source]))
}

/// Finds a table: beside the config, in the current folder, or among those that ship.
fn locate(path: &Path, base: &Path, key: &'static str) -> Result<Located, DataError> {
    let places = files::candidates(path, base);
    let name = path.display().to_string();
    if let Some(place) = places.iter().find(|place| place.exists()) {
        let path = place.clone();
        return Ok(Located { path, name });
    }
    let folder = files::shipped().join("csv");
    if path.is_relative() && folder.join(path).is_file() {
        return Ok(Located {
            path: folder.join(path),
            name: format!("csv/{name}"),
        });
    }
    let mut shipped: Vec<String> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    shipped.sort();
    Err(DataError::NotFound {
        what: format!("file {name}"),
        looked: files::listed(&places),
        remedy: format!(
            "correct the path, or use a table that ships: {}",
            quoted(&shipped)
        ),
        key: Some(key),
    })
}

/// `data/iris.csv` is called "iris".
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// Rows with a target and, when rows with missing values are to be dropped, with every feature.
fn kept_rows(
    table: &Table,
    columns: &[Cells],
    targets: &Values,
    spec: &CsvSpec,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, DataError> {
    let all = table.height();
    let labelled: Vec<usize> = (0..all).filter(|&row| targets.is_present(row)).collect();
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
        let rows = if count == 1 { "row" } else { "rows" };
        notes.push(format!("{count} of {all} {rows} dropped for {why}"));
    }
    if kept.is_empty() {
        return Err(DataError::setting(
            "dataset.csv.missing",
            format!("every row of {} has a missing value", table.files[0]),
            "ignore the emptiest columns, or set a policy that replaces missing values",
        ));
    }
    Ok(kept)
}

/// Training and test part as positions in `rows`.
fn divide(
    spec: &CsvSpec,
    table: &Table,
    rows: &[usize],
    targets: &Values,
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
        labels: targets.classes(),
        key: SPLIT,
    };
    let parts = split(&spec.split, &rows, &mut streams.stream("split"))?;
    notes.extend(split_note(&spec.split));
    Ok(parts)
}

pub(crate) fn split_note(split: &Split) -> Option<String> {
    match split {
        Split::None => None,
        Split::Shuffled(holdout) => Some(format!("split: {} held back, shuffled", holdout.test)),
        Split::Stratified(holdout) => {
            Some(format!("split: {} of every class held back", holdout.test))
        }
        Split::KFold(fold) => {
            let how = if fold.stratified { ", stratified" } else { "" };
            Some(format!(
                "split: fold {} of {} held back{how}",
                fold.fold, fold.folds
            ))
        }
    }
}

/// Features `[rows.len(), D]` of these rows of the table.
fn encode(
    columns: &[Cells],
    encoders: &[Encoder],
    rows: &[usize],
    file: &str,
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
        // A test value far outside of the training range may overflow.
        if !block.iter().all(|value: &f64| value.is_finite()) {
            return Err(encode::too_large(cells.name(), file));
        }
        start = end;
    }
    Ok(x)
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
