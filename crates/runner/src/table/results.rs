//! The committed files of a table: raw rows, where they come from, and what is made of them.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use super::plan::Plan;
use super::provenance::{self, Origin};
use super::rows::{self, Row};
use super::{plot, view};
use crate::{Failure, files};

/// Raw rows and their origins.
#[derive(Default)]
pub struct Results {
    /// A row for each run that ended for good, in the order of the plan.
    pub rows: Vec<Row>,
    /// Where they come from.
    pub origins: Vec<Origin>,
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
        }
    }
}

impl Results {
    /// What is there; none: there is no file of raw rows.
    ///
    /// # Errors
    /// When a raw row was changed by hand or is damaged.
    pub fn read(plan: &Plan, places: &Places) -> Result<Option<Self>, Failure> {
        let rows = rows::read(plan, &places.rows)?;
        let origins = || provenance::read(&places.origins);
        Ok(rows.map(|rows| Self {
            rows,
            origins: origins(),
        }))
    }

    /// Takes a row, in place of the one that this run had.
    pub fn put(&mut self, row: Row, origin: Origin) {
        let same = |name: &str, repeat| name == row.row && repeat == row.repeat;
        self.rows.retain(|other| !same(&other.row, other.repeat));
        self.origins.retain(|other| !same(&other.row, other.repeat));
        self.rows.push(row);
        self.origins.push(origin);
    }

    /// In the order of the table; what belongs to no run of it goes.
    pub fn arrange(&mut self, plan: &Plan) {
        let place = |name: &str, repeat: u64| {
            let mut runs = plan.runs.iter();
            runs.position(|run| plan.rows[run.row].name == name && run.repeat == repeat)
        };
        self.rows
            .retain(|row| place(&row.row, row.repeat).is_some());
        self.rows.sort_by_key(|row| place(&row.row, row.repeat));
        self.origins
            .retain(|of| place(&of.row, of.repeat).is_some());
        self.origins.sort_by_key(|of| place(&of.row, of.repeat));
    }

    /// All files and what must stand in them.
    ///
    /// # Errors
    /// When one of them cannot be made.
    pub fn files<'a>(
        &self,
        plan: &Plan,
        places: &'a Places,
    ) -> Result<[(&'a Path, Vec<u8>); 4], Failure> {
        let page = view::markdown(plan, &self.rows, &self.origins);
        Ok([
            made(&places.rows, rows::csv(plan, &self.rows))?,
            made(&places.origins, provenance::csv(&self.origins))?,
            made(&places.page, page)?,
            made(&places.picture, plot::svg(plan, &self.rows))?,
        ])
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
        Ok(())
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
