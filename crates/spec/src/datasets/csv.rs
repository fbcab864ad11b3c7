//! `csv`: a table in a text file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ClassWeights, Column, Dataset, Split, TableTarget};
use crate::Problem;
use crate::check::Checker;

/// A table in a text file: UTF-8, or UTF-16, plain or packed with gzip, with any line ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSpec {
    /// The file: looked up beside the config, then in the current folder, then among the CSV
    /// files that ship with the workspace.
    pub path: PathBuf,
    /// A separate file of test samples with the same columns; replaces `split`.
    #[serde(default)]
    pub test_path: Option<PathBuf>,
    /// Whether the first line names the columns. Without names they are called by index, "0", "1"
    /// ... None: it does, and is refused when it looks like a line of data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// The one character between fields. A space stands for any number of spaces and tabs. A first
    /// line `sep=;`, as Excel writes it, counts where nothing is set.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// The decimal mark of numbers, "." or ",".
    #[serde(default = "point")]
    pub decimal: char,
    /// Lines that begin with this character are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<char>,
    /// The column to predict, by name or by index from 0; several columns of real numbers,
    /// `["a", "b"]`; or "input", the features themselves, as an auto-encoder predicts them.
    pub target: TableTarget,
    /// Other texts for those of the target, for example `{ ">50K." = ">50K" }`; applied once,
    /// before markers of missing values. Who renames a text to itself says that it is a class of
    /// its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
    /// Whether the target is a class or a real value.
    #[serde(default)]
    pub task: Task,
    /// Columns that are not used; "" stands for all that have no name.
    #[serde(default)]
    pub ignore: Vec<Column>,
    /// Columns of text, made into one 0/1 column for each value found in the training part.
    #[serde(default)]
    pub categorical: Vec<Column>,
    /// A column with the weight of each row, 0 or more, which is no feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Column>,
    /// How much the rows of a class count, besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<ClassWeights>,
    /// What marks a missing value (besides an empty field) and what is done about one.
    #[serde(default)]
    pub missing: Missing,
    /// How numeric columns are scaled; fitted on the training part.
    #[serde(default)]
    pub scale: Scale,
    /// How a real target is scaled; fitted on the training part.
    #[serde(default)]
    pub target_scale: Scale,
    /// Which rows are held back for testing.
    #[serde(default)]
    pub split: Split,
}

impl Dataset for CsvSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.check_format(checker)?;
        let named = self.rename.values().all(|name| !name.trim().is_empty());
        let reason = "a class needs a name of one character or more";
        checker.require("rename", named, reason)?;
        self.check_target(checker)?;
        self.check_weights(checker)?;
        self.split.check(checker)
    }

    fn class_weights(&self) -> Option<&ClassWeights> {
        self.class_weights.as_ref()
    }

    fn unused_scaling(&self) -> [Option<&'static str>; 2] {
        let unused = |scale: Scale, setting| (scale == Scale::None).then_some(setting);
        [
            unused(self.scale, "scale"),
            unused(self.target_scale, "target_scale"),
        ]
    }

    fn says_what_the_target_is(&self) -> bool {
        true
    }
}

impl CsvSpec {
    /// A table whose target is a real column, everything else as in a config that does not say.
    pub fn new(path: &Path, target: &Column) -> Self {
        Self {
            path: path.into(),
            test_path: None,
            header: None,
            delimiter: comma(),
            decimal: point(),
            comment: None,
            target: TableTarget::Column(target.clone()),
            rename: BTreeMap::new(),
            task: Task::Regression,
            ignore: Vec::new(),
            categorical: Vec::new(),
            weight: None,
            class_weights: None,
            missing: Missing::default(),
            scale: Scale::default(),
            target_scale: Scale::default(),
            split: Split::default(),
        }
    }

    /// The signs between and within fields.
    pub(super) fn check_format(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let delimiter = self.delimiter;
        checker.require("delimiter", delimiter.is_ascii(), "one ASCII character")?;
        let point = matches!(self.decimal, '.' | ',');
        checker.require("decimal", point, "\".\" or \",\"")?;
        let sign = |c: char| c.is_ascii_punctuation() && !"\"?+-.".contains(c);
        let sign = self.comment.is_none_or(|c| sign(c) && c != delimiter);
        let reason = "a sign that no line of data begins with, such as \"#\"";
        checker.require("comment", sign, reason)
    }

    fn check_weights(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if let Some(weights) = &self.class_weights {
            let classes = matches!(self.target, TableTarget::Column(_));
            let classes = classes && self.task == Task::Classification;
            let reason = "the target is no class: leave them out";
            checker.require("class_weights", classes, reason)?;
            weights.check(checker)?;
        }
        Ok(())
    }

    /// What does not go with several targets, or none of their own.
    fn check_target(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if matches!(self.target, TableTarget::Column(_)) {
            return Ok(());
        }
        let some = self.target == TableTarget::Input || !self.target.columns().is_empty();
        checker.require("target", some, "a list of 1 column or more")?;
        let real = self.target == TableTarget::Input || self.task == Task::Regression;
        let reason = "several targets are real numbers: they need task = \"regression\"";
        checker.require("target", real, reason)?;
        let reason = "only the texts of a single target column are renamed";
        checker.require("rename", self.rename.is_empty(), reason)
    }
}

/// What a CSV target is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of a few classes; their names are kept.
    #[default]
    Classification,
    /// A real number.
    Regression,
}

/// Missing values of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Missing {
    /// Texts that stand for "missing", besides the empty field.
    pub markers: Vec<String>,
    /// What becomes of a missing value.
    pub policy: MissingPolicy,
}

impl Missing {
    /// The markers as they are compared with the texts of a table.
    pub fn trimmed(&self) -> impl Iterator<Item = &str> {
        self.markers.iter().map(|marker| marker.trim())
    }
}

impl Default for Missing {
    fn default() -> Self {
        Self {
            markers: vec!["NA".into(), "?".into()],
            policy: MissingPolicy::DropRows,
        }
    }
}

/// What becomes of a missing value. Replacements are learned from the training part only; a
/// missing category is always replaced by the most frequent one, a row without a target dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// The row is left out.
    #[default]
    DropRows,
    /// Replaced by the column's mean.
    Mean,
    /// Replaced by the column's median.
    Median,
    /// Replaced by the column's most frequent value (the smallest of several).
    MostFrequent,
}

/// Scaling of a numeric column, fitted on the training part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    #[default]
    None,
    /// (x − mean) / standard deviation (of the population); a constant column becomes 0.
    Standardize,
    /// (x − min) / (max − min); a constant column becomes 0.
    MinMax,
}

pub(super) fn comma() -> char {
    ','
}

pub(super) fn is_comma(delimiter: &char) -> bool {
    *delimiter == comma()
}

pub(super) fn point() -> char {
    '.'
}
