//! `pairs`: a table of pairs of texts, the second to be written for the first.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::csv::{comma, is_comma};
use super::{Column, CsvSpec, Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Pairs `[2, L]` of texts in two columns of a table; white space around them is left out.
///
/// Symbols are the characters of the training part, those of sources and of targets apart, in the
/// order of their code points from 1 on; 0 ends a sequence. So an embedding has one token more than
/// there are characters, and L is one more than the longest text has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairsSpec {
    /// The file, a table: looked up beside the config, then in the current folder, then among the
    /// CSV files that ship with the workspace.
    pub path: PathBuf,
    /// Whether the first line names the columns, as of [`CsvSpec`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// The one character between fields.
    #[serde(default = "comma", skip_serializing_if = "is_comma")]
    pub delimiter: char,
    /// Lines that begin with this character are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<char>,
    /// The column that is read, by name or by index from 0.
    pub source: Column,
    /// The column that is to be written.
    pub target: Column,
    /// Characters of the longest text, of both columns; none: as many as the longest has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest: Option<usize>,
    /// Which pairs are held back for testing.
    #[serde(default)]
    pub split: Split,
}

impl PairsSpec {
    /// The table that the columns are in.
    pub fn table(&self) -> CsvSpec {
        CsvSpec {
            header: self.header,
            delimiter: self.delimiter,
            comment: self.comment,
            ..CsvSpec::new(&self.path, &self.target)
        }
    }
}

impl Dataset for PairsSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.table().check_format(checker)?;
        let reason = "the column that is read cannot be the one to be written";
        checker.require("target", self.source != self.target, reason)?;
        let fine = self.longest.is_none_or(|n| (1..=100_000).contains(&n));
        checker.require("longest", fine, "1 to 100000 characters")?;
        let reason = "a pair of texts is of no class, so none can be kept in proportion";
        checker.require("split", !self.split.is_by_class(), reason)?;
        self.split.check(checker)
    }
}
