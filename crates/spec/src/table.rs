//! A published table as data: the runs that it needs, the published figure of each row with its
//! source, and what was done differently.
//!
//! A file in `experiments/` is TOML, checked into a [`TableSpec`] as strictly as a config. Its rows
//! are listed, or made as the product of several keys ([`RowSpec`]); [`TableSpec::expand`] gives
//! the rows one by one.

mod axis;
mod examples;
mod expand;
mod measure;
mod published;
mod row;

use std::path::Path;

use serde::Deserialize;

use crate::config::Document;
use crate::{ConfigError, Problem};

pub use axis::Axis;
pub use examples::{Decimal, Example, ExamplesSpec, Figure};
pub use expand::ExpandedRow;
pub use measure::{Kind, Quantity, TableMeasure};
pub use published::{Accept, How, Published};
pub use row::RowSpec;

/// What a file in `experiments/` says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Heading of the table.
    pub title: String,
    /// What it shows, in Markdown.
    #[serde(default)]
    pub text: String,
    /// What was done otherwise than where the figures were published, in Markdown.
    pub deviations: String,
    /// The columns: what is measured of each run.
    pub measures: Vec<TableMeasure>,
    /// What is drawn epoch by epoch, as the mean over the runs of each row.
    #[serde(default)]
    pub curves: Vec<TableMeasure>,
    /// One run of each row with each of these seeds; a row may have its own.
    pub seeds: Option<Vec<u64>>,
    /// In place of seeds: one run for each part of a k-fold split, with the seed of the config.
    pub folds: Option<usize>,
    /// How long a run of a row may take, in minutes; a row may say otherwise.
    pub minutes: Option<f64>,
    /// The rows.
    pub rows: Vec<RowSpec>,
}

impl TableSpec {
    /// Checks what a file says.
    ///
    /// # Errors
    /// When it says something that cannot be.
    pub fn of(document: &Document) -> Result<Self, ConfigError> {
        document.checked(Self::check)
    }

    /// Reads and checks a text; `file` only names it in messages.
    ///
    /// # Errors
    /// When it is not TOML, or says something that cannot be.
    pub fn parse(file: &Path, text: String) -> Result<Self, ConfigError> {
        Self::of(&Document::parse(file, text)?)
    }

    /// Whether something is measured by the clock, so that each run is alone and goes on from
    /// nothing.
    pub fn takes_time(&self) -> bool {
        self.measures.iter().any(TableMeasure::takes_time)
    }

    /// Whether gradients are checked before a training, for the sake of a column.
    pub fn checks_gradients(&self) -> bool {
        let mut measures = self.measures.iter();
        measures.any(|measure| measure.kind == Kind::GradientError)
    }

    /// Finds what cannot be.
    fn check(&self) -> Result<(), Problem> {
        for (key, text) in [("title", &self.title), ("deviations", &self.deviations)] {
            let missing = Problem::new(key, "a text is expected, this one is empty");
            expect(!text.trim().is_empty(), || missing.hint(hint_of(key)))?;
        }
        expect(!self.measures.is_empty(), || {
            Problem::new("measures", "nothing is measured").hint("for example [\"test_accuracy\"]")
        })?;
        check_distinct("measures", &self.measures)?;
        check_distinct("curves", &self.curves)?;
        let no_curve = |curve: &TableMeasure| !matches!(curve.kind, Kind::End(_));
        let no_curve = self.curves.iter().position(no_curve);
        expect(no_curve.is_none(), || {
            let index = no_curve.unwrap_or_default();
            let reason = format!("\"{}\" is no curve", self.curves[index].name);
            Problem::new(format!("curves.{index}"), reason)
                .hint("what is measured after each epoch, for example \"test_accuracy\"")
        })?;
        self.check_repeats()?;
        check_minutes("minutes", self.minutes)?;
        expect(!self.rows.is_empty(), || {
            Problem::new("rows", "there is no row").hint("[[rows]] with a name and a config")
        })?;
        for index in 0..self.rows.len() {
            self.check_row(index)?;
        }
        self.check_names()
    }

    /// Seeds or folds, not both.
    fn check_repeats(&self) -> Result<(), Problem> {
        if let Some(seeds) = &self.seeds {
            check_seeds("seeds", seeds)?;
        }
        match (&self.seeds, self.folds) {
            (Some(_), Some(_)) => Err(Problem::new("folds", "seeds are given, too")
                .hint("the runs of a row differ by their seed or by their fold: leave one out")),
            (None, None) => Err(Problem::new("seeds", "neither seeds nor folds are given")
                .hint("seeds = [1, 2, 3]")),
            (None, Some(folds)) => expect(folds >= 2, || {
                Problem::new("folds", format!("{folds} folds hold nothing back")).hint("2 or more")
            }),
            (Some(_), None) => Ok(()),
        }
    }

    /// Row names tell rows apart, in the table and among the raw rows.
    fn check_names(&self) -> Result<(), Problem> {
        let rows = self.expand();
        for (index, row) in rows.iter().enumerate() {
            expect(
                rows[..index].iter().all(|other| other.name != row.name),
                || {
                    let reason = format!("two rows are called \"{}\"", row.name);
                    let hint =
                        "give rows different names, and values of a product names of their own";
                    Problem::new(format!("rows.{}.name", row.index), reason).hint(hint)
                },
            )?;
        }
        Ok(())
    }
}

/// A condition that holds, or the problem.
fn expect(holds: bool, problem: impl FnOnce() -> Problem) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(problem()) }
}

/// Columns are told apart by their names.
fn check_distinct(key: &str, measures: &[TableMeasure]) -> Result<(), Problem> {
    for (index, measure) in measures.iter().enumerate() {
        expect(!measures[..index].contains(measure), || {
            let reason = format!("\"{}\" stands there twice", measure.name);
            Problem::new(format!("{key}.{index}"), reason)
        })?;
    }
    Ok(())
}

fn hint_of(key: &str) -> &'static str {
    match key {
        "title" => "the heading of the table",
        _ => "what was done otherwise than where the figures were published; if nothing: \"None.\"",
    }
}

fn check_minutes(key: &str, minutes: Option<f64>) -> Result<(), Problem> {
    let fine = minutes.is_none_or(|minutes| minutes > 0.0 && minutes <= LONGEST);
    expect(fine, || {
        let minutes = minutes.unwrap_or_default();
        Problem::new(key, format!("{minutes} minutes are no time to run")).hint("above 0")
    })
}

/// More minutes than anybody waits: about two years.
const LONGEST: f64 = 1e6;

fn check_seeds(key: &str, seeds: &[u64]) -> Result<(), Problem> {
    expect(!seeds.is_empty(), || {
        Problem::new(key, "no seed, no run").hint("one or more, e.g. [1, 2, 3]")
    })?;
    for (index, seed) in seeds.iter().enumerate() {
        expect(!seeds[..index].contains(seed), || {
            Problem::new(
                format!("{key}.{index}"),
                format!("{seed} stands there twice"),
            )
        })?;
    }
    Ok(())
}
