//! `runner table --check`: whether committed tables follow from their committed rows. Nothing runs,
//! and no data are read.

use std::fs;
use std::path::{Path, PathBuf};

use super::Contents;
use super::curves::Point;
use super::plan::Plan;
use super::results::{Places, Results};
use super::rows::Row;
use crate::failure::cause;
use crate::lectures::page::Page;
use crate::{Failure, output};

/// Where experiments are, if none is named.
const EXPERIMENTS: &str = "experiments";

/// Holds each table against its rows.
///
/// # Errors
/// [`Failure::Input`] for an experiment that is wrong; [`Failure::Run`] with all tables that do not
/// follow from their rows.
pub fn check(experiments: &[PathBuf], results: &Path) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for file in match experiments {
        [] => all()?,
        named => named.to_vec(),
    } {
        let followed = match Contents::read(&file)? {
            Contents::Runs(plan) => follows(&plan, results),
            Contents::Examples(page) => still(&page, &file, results),
        };
        match followed {
            Ok(said) => output::line(format!("{}: {said}", file.display())),
            Err(Failure::Run(message)) => wrong.push(message),
            Err(other) => return Err(other),
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Failure::Run(wrong.join("\n       "))),
    }
}

/// All files of experiments, in order.
///
/// # Errors
/// When there is no such folder here.
pub fn all() -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(EXPERIMENTS).map_err(|error| {
        let cause = cause(&error);
        Failure::Input(format!(
            "{EXPERIMENTS}: cannot list the experiments ({cause}); name them"
        ))
    })?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    Ok(files)
}

/// What is to be said of a table that follows from its rows.
fn follows(plan: &Plan, results: &Path) -> Result<String, Failure> {
    let places = Places::of(plan, results);
    let Some(read) = Results::read(plan, &places)? else {
        let left = [&places.page, &places.picture]
            .into_iter()
            .find(|file| file.exists());
        return match left {
            None => Ok("no rows yet".into()),
            Some(file) => Err(Failure::Run(format!(
                "{}: there are no raw rows to it, {} is missing",
                file.display(),
                places.rows.display()
            ))),
        };
    };
    expect_planned(plan, &read.rows, &places)?;
    expect_rows(plan, &read, &places)?;
    for (file, expected) in read.files(plan, &places)? {
        let found = fs::read(file).unwrap_or_default();
        if found != expected {
            return Err(differs(&plan.file, file, &found, &expected));
        }
    }
    let old = read.rows.iter().filter(|row| is_old(plan, row)).count();
    let missing = plan.runs.len() - read.rows.len();
    let lacking = read.rows.iter().filter(|row| read.lacks_curves(plan, row));
    let lacking = lacking.count();
    let mut said = format!("{} rows, the table follows from them", read.rows.len());
    for (count, what) in [
        (missing, "runs are missing"),
        (lacking, "rows have no curves"),
        (old, "rows are of another config or version of the numbers"),
    ] {
        if count > 0 {
            said += &format!("; {count} {what}");
        }
    }
    Ok(said)
}

/// What is to be said of worked examples that are computed as they are written down.
fn still(page: &Page, file: &Path, results: &Path) -> Result<String, Failure> {
    page.expect_right()?;
    let files = page.files(results)?;
    if !files.iter().any(|(file, _)| file.exists()) {
        return Ok("no rows yet".into());
    }
    for (written, expected) in files {
        let found = fs::read(&written).unwrap_or_default();
        if found != expected {
            return Err(differs(file, &written, &found, &expected));
        }
    }
    Ok(page.in_words())
}

/// Whether a row is of a config that has changed since.
fn is_old(plan: &Plan, row: &Row) -> bool {
    let mut runs = plan.runs.iter();
    !runs.any(|run| run.key == row.key && plan.rows[run.row].name == row.row)
}

/// Each raw row is that of a run, and there is one of each.
fn expect_planned(plan: &Plan, rows: &[Row], places: &Places) -> Result<(), Failure> {
    let shown = places.rows.display();
    let file = plan.file.display();
    let told = |row: &Row, what: &str| {
        let (name, by) = (&row.row, plan.repeats_by());
        Err(Failure::Run(format!(
            "{shown}: {what}: {name}, {by} {}; `runner table --no-run {file}` makes it anew",
            row.repeat
        )))
    };
    for (index, row) in rows.iter().enumerate() {
        let same = |other: &Row| other.row == row.row && other.repeat == row.repeat;
        if rows[..index].iter().any(same) {
            return told(row, "a run stands there twice");
        }
        let mut runs = plan.runs.iter();
        if !runs.any(|run| run.repeat == row.repeat && plan.rows[run.row].name == row.row) {
            return told(row, "the experiment has no such run");
        }
    }
    Ok(())
}

/// Each point of a curve is that of a raw row, and they are in order.
fn expect_rows(plan: &Plan, read: &Results, places: &Places) -> Result<(), Failure> {
    let place = |point: &Point| {
        let mut rows = read.rows.iter();
        rows.position(|row| row.row == point.row && row.repeat == point.repeat)
    };
    let places_of: Vec<_> = read.points.iter().map(|of| (place(of), of.epoch)).collect();
    let ordered = places_of.windows(2).all(|two| two[0] < two[1]);
    if ordered && places_of.iter().all(|(place, _)| place.is_some()) {
        return Ok(());
    }
    let (points, file) = (places.points.display(), plan.file.display());
    Err(Failure::Run(format!(
        "{points}: its lines are not those of the raw rows, each epoch once and in order; \
         `runner table --no-run {file}` makes it anew"
    )))
}

/// A file is not what follows from the rows.
fn differs(experiment: &Path, file: &Path, found: &[u8], expected: &[u8]) -> Failure {
    let (shown, experiment) = (file.display(), experiment.display());
    let remedy = format!("`runner table --no-run {experiment}` makes it anew");
    let (found, expected) = (
        String::from_utf8_lossy(found),
        String::from_utf8_lossy(expected),
    );
    if found.is_empty() {
        return Failure::Run(format!("{shown}: it is missing or empty; {remedy}"));
    }
    let mut lines = found.lines().zip(expected.lines());
    let line = lines.position(|(found, expected)| found != expected);
    let line = line.unwrap_or(found.lines().count().min(expected.lines().count()));
    Failure::Run(format!(
        "{shown}:{}: this does not follow from the raw rows and the experiment; {remedy}",
        line + 1
    ))
}
