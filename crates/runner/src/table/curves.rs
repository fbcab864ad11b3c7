//! What the runs of a table measure epoch by epoch: a line of CSV for each run and epoch, with a
//! checksum ([`lines`]).

use std::io;
use std::path::Path;

use polars::prelude::{Column, DataFrame, PolarsResult};
use spec::table::{Kind, TableMeasure};

use super::lines::{self, text, value};
use super::plan::{Plan, Run};
use crate::Failure;
use crate::record::{Epoch, Record};

/// About as many epochs of a run are kept, so that results stay small.
const MOST_EPOCHS: usize = 200;

/// A run after an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Name of the row in the table.
    pub row: String,
    /// Seed or fold.
    pub repeat: u64,
    /// From 1.
    pub epoch: usize,
    /// The curves of the table, in their order; none: it has no such number.
    pub values: Vec<Option<f64>>,
}

impl Point {
    fn cells(&self) -> Vec<String> {
        let before = [
            self.row.clone(),
            self.repeat.to_string(),
            self.epoch.to_string(),
        ];
        before
            .into_iter()
            .chain(self.values.iter().map(text))
            .collect()
    }

    fn from_cells(cells: &[&str]) -> Option<Self> {
        let [row, repeat, epoch, values @ ..] = cells else {
            return None;
        };
        Some(Self {
            row: (*row).into(),
            repeat: repeat.parse().ok()?,
            epoch: epoch.parse().ok()?,
            values: values.iter().map(value).collect::<Option<_>>()?,
        })
    }
}

/// The points of a run: its epochs, of many every so manieth and the last.
pub fn points(plan: &Plan, run: &Run, record: &Record) -> Vec<Point> {
    let curves = &plan.spec.curves;
    let epochs = record
        .implementations
        .first()
        .map(|trained| &trained.epochs);
    let epochs = epochs.filter(|_| !curves.is_empty()).into_iter().flatten();
    // All runs of a row keep the same epochs, also those that end early.
    let planned = match run.epochs() {
        0 => epochs.clone().count(),
        planned => planned,
    };
    let every = planned.div_ceil(MOST_EPOCHS);
    let last = epochs.clone().last().map(|last| last.epoch);
    let kept = epochs.filter(|of| of.epoch.is_multiple_of(every) || Some(of.epoch) == last);
    let point = |epoch: &Epoch| Point {
        row: plan.rows[run.row].name.clone(),
        repeat: run.repeat,
        epoch: epoch.epoch,
        values: curves.iter().map(|curve| at(curve, epoch)).collect(),
    };
    kept.map(point).collect()
}

/// What a curve has at an epoch.
fn at(curve: &TableMeasure, epoch: &Epoch) -> Option<f64> {
    let Kind::End(quantity) = &curve.kind else {
        return None;
    };
    let value = quantity.of(epoch.get(&quantity.measure.key)?);
    value.is_finite().then_some(value)
}

/// The titles of the columns, but for the checksum.
fn titles(plan: &Plan) -> Vec<String> {
    let before = ["row", plan.repeats_by(), "epoch"];
    let curves = plan.spec.curves.iter().map(|curve| curve.name.clone());
    before.into_iter().map(String::from).chain(curves).collect()
}

/// Points as CSV.
///
/// # Errors
/// When they cannot be written.
pub fn csv(plan: &Plan, points: &[Point]) -> io::Result<Vec<u8>> {
    lines::csv(&titles(plan), points.iter().map(Point::cells))
}

/// The points in a file; none if there is no file. With other columns than the table has, none of
/// them can be used.
///
/// # Errors
/// [`Failure::Run`] when a line was changed by hand or is damaged.
pub fn read(plan: &Plan, file: &Path) -> Result<Option<Vec<Point>>, Failure> {
    let point = |cells: &[&str]| {
        let point = Point::from_cells(cells);
        point.filter(|point| point.values.len() == plan.spec.curves.len())
    };
    lines::read(file, &titles(plan), &plan.file, point)
}

/// Points as columns: row, epoch and the curves.
///
/// # Errors
/// When polars does not take them.
pub fn frame(plan: &Plan, points: &[Point]) -> PolarsResult<DataFrame> {
    let rows: Vec<&str> = points.iter().map(|point| point.row.as_str()).collect();
    let epochs: Vec<u64> = points.iter().map(|point| point.epoch as u64).collect();
    let curves = plan.spec.curves.iter().enumerate().map(|(index, curve)| {
        let values = points.iter().map(|point| point.values[index]);
        Column::new(curve.name.as_str().into(), values.collect::<Vec<_>>())
    });
    let before = [
        Column::new("row".into(), rows),
        Column::new("epoch".into(), epochs),
    ];
    DataFrame::new_infer_height(before.into_iter().chain(curves).collect())
}
