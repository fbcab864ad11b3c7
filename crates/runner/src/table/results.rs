//! The committed files of a table: raw rows, where they come from, and what is made of them.

use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use super::curves::{self, Point};
use super::plan::{Plan, Run};
use super::provenance::{self, Origin};
use super::rows::{self, Ending, Row};
use super::{curves_plot, plot, view};
use crate::{Failure, files};

/// Raw rows, their origins and curves.
#[derive(Default)]
pub struct Results {
    /// A row for each run that ended for good, in the order of the plan.
    pub rows: Vec<Row>,
    /// Where they come from.
    pub origins: Vec<Origin>,
    /// Points of their curves, run by run.
    pub points: Vec<Point>,
}

/// Where the files of a table are.
pub struct Places {
    /// `<table>.csv`.
    pub rows: PathBuf,
    /// `<table>.runs.csv`.
    pub origins: PathBuf,
    /// `<table>.md`.
    pub page: PathBuf,
    /// `<table>.svg`.
    pub picture: PathBuf,
    /// `<table>.html`.
    pub web: PathBuf,
    /// `<table>.curves.csv`.
    pub points: PathBuf,
    /// `<table>.curves.svg`.
    pub curves: PathBuf,
}

impl Places {
    /// In a folder of results.
    pub fn of(plan: &Plan, results: &Path) -> Self {
        let file = |ending: &str| results.join(format!("{}.{ending}", plan.name));
        Self {
            rows: file("csv"),
            origins: file("runs.csv"),
            page: file("md"),
            picture: file("svg"),
            web: file("html"),
            points: file("curves.csv"),
            curves: file("curves.svg"),
        }
    }
}

impl Results {
    /// What is there; none: there is no file of raw rows.
    ///
    /// # Errors
    /// When a raw row was changed by hand or is damaged.
    pub fn read(plan: &Plan, places: &Places) -> Result<Option<Self>, Failure> {
        let Some(rows) = rows::read(plan, &places.rows)? else {
            return Ok(None);
        };
        let points = match plan.spec.curves.is_empty() {
            true => None,
            false => curves::read(plan, &places.points)?,
        };
        Ok(Some(Self {
            rows,
            origins: provenance::read(&places.origins),
            points: points.unwrap_or_default(),
        }))
    }

    /// The raw row of a run with these data.
    pub fn row(&self, plan: &Plan, run: &Run, data: &str) -> Option<&Row> {
        let name = &plan.rows[run.row].name;
        self.rows.iter().find(|row| {
            let same = row.row == *name && row.repeat == run.repeat;
            same && row.key == run.key && row.data == data
        })
    }

    /// Whether a run has no curves that should have some. One that diverged may have no epoch.
    pub fn lacks_curves(&self, plan: &Plan, row: &Row) -> bool {
        let of_run = |point: &Point| point.row == row.row && point.repeat == row.repeat;
        let may_lack = plan.spec.curves.is_empty() || row.ending == Ending::Diverged;
        !may_lack && !self.points.iter().any(of_run)
    }

    /// Takes a row, in place of the one that this run had, and the points of its curves.
    pub fn put(&mut self, row: Row, origin: Origin, points: Vec<Point>) {
        let other = |name: &str, repeat| name != row.row || repeat != row.repeat;
        self.rows.retain(|of| other(&of.row, of.repeat));
        self.origins.retain(|of| other(&of.row, of.repeat));
        self.points.retain(|of| other(&of.row, of.repeat));
        self.rows.push(row);
        self.origins.push(origin);
        self.points.extend(points);
    }

    /// In the order of the table; what belongs to no run of it goes.
    pub fn arrange(&mut self, plan: &Plan) {
        let names = plan.runs.iter();
        let names = names.map(|run| (plan.rows[run.row].name.as_str(), run.repeat));
        let places: HashMap<(&str, u64), usize> = names.zip(0..).collect();
        let place = |name: &str, repeat: u64| places.get(&(name, repeat)).copied();
        let has_place = |name: &str, repeat| place(name, repeat).is_some();
        self.rows.retain(|row| has_place(&row.row, row.repeat));
        self.rows.sort_by_key(|row| place(&row.row, row.repeat));
        self.origins.retain(|of| has_place(&of.row, of.repeat));
        self.origins.sort_by_key(|of| place(&of.row, of.repeat));
        self.points.retain(|of| has_place(&of.row, of.repeat));
        self.points
            .sort_by_cached_key(|of| (place(&of.row, of.repeat), of.epoch));
    }

    /// All files and what must stand in them.
    ///
    /// # Errors
    /// When one of them cannot be made.
    pub fn files<'a>(
        &self,
        plan: &Plan,
        places: &'a Places,
    ) -> Result<Vec<(&'a Path, Vec<u8>)>, Failure> {
        let page = view::markdown(plan, &self.rows, &self.origins);
        let mut all = vec![
            made(&places.rows, rows::csv(plan, &self.rows))?,
            made(&places.origins, provenance::csv(&self.origins))?,
            made(&places.page, page)?,
            made(&places.picture, plot::svg(plan, &self.rows))?,
        ];
        if !plan.spec.curves.is_empty() {
            all.push(made(&places.points, curves::csv(plan, &self.points))?);
            all.push(made(&places.curves, curves_plot::svg(plan, &self.points))?);
        }
        Ok(all)
    }

    /// Writes all files, each whole or not at all; what is there already is not written again.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub fn write(&self, plan: &Plan, places: &Places) -> Result<(), Failure> {
        for (file, bytes) in self.files(plan, places)? {
            if std::fs::read(file).ok().as_ref() != Some(&bytes) {
                files::write_file(file, &bytes)?;
            }
        }
        #[cfg(feature = "parquet")]
        self.write_parquet(plan, &places.rows.with_extension("parquet"))?;
        Ok(())
    }

    /// The raw rows once more, for other tools: not committed, so not checked.
    #[cfg(feature = "parquet")]
    fn write_parquet(&self, plan: &Plan, file: &Path) -> Result<(), Failure> {
        let bytes = super::parquet::bytes(plan, &self.rows);
        let bytes = bytes.map_err(|error| Failure::Run(format!("{}: {error}", file.display())))?;
        files::write_file(file, &bytes)
    }
}

/// A file and what must stand in it, or why that cannot be made.
fn made(
    file: &Path,
    bytes: Result<impl Into<Vec<u8>>, impl Display>,
) -> Result<(&Path, Vec<u8>), Failure> {
    let told = |error: &dyn Display| files::told(file, &io::Error::other(error.to_string()));
    match bytes {
        Ok(bytes) => Ok((file, bytes.into())),
        Err(error) => Err(Failure::Run(told(&error))),
    }
}
