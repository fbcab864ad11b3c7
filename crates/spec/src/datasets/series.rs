//! `series`: a column of a table as a series in time, of which the next values are to be predicted.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::csv::{comma, is_comma, point};
use super::{Column, CsvSpec, Dataset, Ordered, Scale};
use crate::Amount;
use crate::Problem;
use crate::check::Checker;

/// Windows `[window, 1]` of a series in time, each with the value that follows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesSpec {
    /// The file, a table: looked up beside the config, then in the current folder,
    /// then among the CSV files that ship with the workspace.
    pub path: PathBuf,
    /// Whether the first line names the columns, as of [`CsvSpec`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// The one character between fields.
    #[serde(default = "comma", skip_serializing_if = "is_comma")]
    pub delimiter: char,
    /// The decimal mark of numbers, "." or ",".
    #[serde(default = "point", skip_serializing_if = "is_point")]
    pub decimal: char,
    /// Lines that begin with this character are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<char>,
    /// The column of the series, by name or by index from 0, in the order of time.
    pub column: Column,
    /// Values that a prediction is made of.
    pub window: usize,
    /// How many steps behind the window the value lies that is to be predicted.
    #[serde(default = "next")]
    pub horizon: usize,
    /// Steps after which the series repeats itself, roughly: 12 for months. Then the error of
    /// predicting the value of a season before is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<usize>,
    /// Takes the change over so many steps in the place of each value: what grows or repeats itself
    /// stays within what was learned from. The target is a change, too, and an error of it is one
    /// of the value itself, since the value so many steps before is known; so at least `horizon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<usize>,
    /// How the values are scaled; fitted on what stands before the first value of the test.
    #[serde(default)]
    pub scale: Scale,
    /// How many of the last values are held back for testing; below 1 a share of them.
    #[serde(default = "last_quarter")]
    pub test: Amount,
}

impl SeriesSpec {
    /// The table that the column is in.
    pub fn table(&self) -> CsvSpec {
        CsvSpec {
            header: self.header,
            delimiter: self.delimiter,
            decimal: self.decimal,
            comment: self.comment,
            ..CsvSpec::new(&self.path, &self.column)
        }
    }
}

impl Dataset for SeriesSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.table().check_format(checker)?;
        let fine = |steps: usize| (1..=1_000_000).contains(&steps);
        checker.require("window", fine(self.window), "1 to 1000000 values")?;
        checker.require("horizon", fine(self.horizon), "1 to 1000000 steps")?;
        let season = self.season.is_none_or(fine);
        checker.require("season", season, "1 to 1000000 steps")?;
        let difference = self
            .difference
            .is_none_or(|steps| fine(steps) && steps >= self.horizon);
        let reason = "as many steps as the horizon, or more, up to 1000000";
        checker.require("difference", difference, reason)?;
        self.test.check(checker.field("test"))
    }

    fn unused_scaling(&self) -> [Option<&'static str>; 2] {
        [(self.scale == Scale::None).then_some("scale"); 2]
    }
}

fn is_point(decimal: &char) -> bool {
    *decimal == point()
}

fn next() -> usize {
    1
}

fn last_quarter() -> Amount {
    Ordered::default().test
}
