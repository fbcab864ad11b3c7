//! What is learned from the training part of a column, and its application to any row.

use ndarray::ArrayViewMut1;
use spec::datasets::{CsvSpec, MissingPolicy, Scale};

use super::cells::Cells;
use super::stats;
use super::table::Table;
use crate::error::DataError;
use crate::statistics::{Of, deviation, mean, median};

/// How a column becomes features.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Encoder {
    /// Names of the features: the column's, or `column=category` for each category.
    pub names: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// The value, or `fill` where it is missing, scaled.
    Number { fill: f64, scaling: Scaling },
    /// 1 in the place of the value's (or the fill's) category, 0 elsewhere.
    OneHot {
        fill: usize,
        categories: Vec<String>,
    },
}

/// x = (value − `shift`) / `divisor`; divisor 0 stands for a constant column, which becomes 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scaling {
    pub shift: f64,
    pub divisor: f64,
}

impl Scaling {
    /// Learned from at least one value; none when the values are too large to scale.
    pub fn fit(scale: Scale, values: &[f64]) -> Option<Self> {
        let (low, high) = stats::range(values);
        let constant = low == high;
        let (shift, divisor) = match scale {
            Scale::None => (0.0, 1.0),
            _ if constant => (low, 0.0),
            Scale::Standardize => (mean(values), deviation(values, Of::Population)),
            Scale::MinMax => (low, high - low),
        };
        (shift.is_finite() && divisor.is_finite()).then_some(Self { shift, divisor })
    }

    pub fn apply(self, value: f64) -> f64 {
        if self.divisor == 0.0 {
            0.0
        } else {
            (value - self.shift) / self.divisor
        }
    }
}

impl Encoder {
    /// Learns from the rows `train` of a column; tells in `notes` what will be replaced.
    pub fn fit(
        cells: &Cells,
        train: &[usize],
        spec: &CsvSpec,
        file: &str,
        notes: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        match cells {
            Cells::Numbers { name, values } => {
                Self::fit_numbers(name, values, train, spec, file, notes)
            }
            Cells::Categories { name, values } => {
                Self::fit_categories(name, values, train, spec, file, notes)
            }
        }
    }

    fn fit_numbers(
        name: &str,
        values: &[Option<f64>],
        train: &[usize],
        spec: &CsvSpec,
        file: &str,
        notes: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let known: Vec<f64> = train.iter().filter_map(|&row| values[row]).collect();
        if known.is_empty() {
            return Err(no_value(name, file));
        }
        let (fill, how) = replacement(spec.missing.policy, &known);
        note_missing(values, name, &format!("{fill} ({how})"), spec, notes);
        let filled: Vec<f64> = train
            .iter()
            .map(|&row| values[row].unwrap_or(fill))
            .collect();
        let scaling = Scaling::fit(spec.scale, &filled)
            .filter(|_| fill.is_finite())
            .ok_or_else(|| too_large(name, file))?;
        Ok(Self {
            names: vec![name.into()],
            kind: Kind::Number { fill, scaling },
        })
    }

    fn fit_categories(
        name: &str,
        values: &[Option<String>],
        train: &[usize],
        spec: &CsvSpec,
        file: &str,
        notes: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let known = || train.iter().filter_map(|&row| values[row].as_deref());
        let frequent = stats::most_frequent_text(known()).ok_or_else(|| no_value(name, file))?;
        let with = format!("{frequent:?} (most frequent)");
        note_missing(values, name, &with, spec, notes);
        let categories = stats::sorted_names(known());
        let fill = categories.iter().position(|category| category == frequent);
        let names = categories.iter().map(|value| format!("{name}={value}"));
        Ok(Self {
            names: names.collect(),
            kind: Kind::OneHot {
                fill: fill.unwrap_or(0),
                categories,
            },
        })
    }

    /// A number as it is.
    pub fn plain(name: &str) -> Self {
        let (shift, divisor) = (0.0, 1.0);
        Self {
            names: vec![name.into()],
            kind: Kind::Number {
                fill: 0.0,
                scaling: Scaling { shift, divisor },
            },
        }
    }

    /// Writes the features of one row into `x` `[names.len()]`, which holds zeros.
    pub fn write(&self, cells: &Cells, row: usize, mut x: ArrayViewMut1<f64>) {
        match (&self.kind, cells) {
            (Kind::Number { fill, scaling }, Cells::Numbers { values, .. }) => {
                x[0] = scaling.apply(values[row].unwrap_or(*fill));
            }
            (Kind::OneHot { fill, categories }, Cells::Categories { values, .. }) => {
                let index = match &values[row] {
                    None => Some(*fill),
                    Some(value) => categories.iter().position(|category| category == value),
                };
                if let Some(index) = index {
                    x[index] = 1.0;
                }
            }
            _ => unreachable!("an encoder is fitted to its own column"),
        }
    }

    /// Categories of these rows that the training part does not have.
    pub fn unseen(&self, cells: &Cells, rows: impl Iterator<Item = usize>) -> Vec<String> {
        let (Kind::OneHot { categories, .. }, Cells::Categories { values, .. }) =
            (&self.kind, cells)
        else {
            return Vec::new();
        };
        let seen = |value: &&str| categories.iter().any(|category| category == value);
        stats::sorted_names(
            rows.filter_map(|row| values[row].as_deref())
                .filter(|v| !seen(v)),
        )
    }
}

/// What stands in for a missing number, and its name. Dropped rows leave nothing to replace, so
/// any value will do there.
fn replacement(policy: MissingPolicy, known: &[f64]) -> (f64, &'static str) {
    match policy {
        MissingPolicy::DropRows => (0.0, "never used"),
        MissingPolicy::Mean => (mean(known), "mean"),
        MissingPolicy::Median => (median(known), "median"),
        MissingPolicy::MostFrequent => (stats::most_frequent(known), "most frequent"),
    }
}

fn note_missing<T>(
    values: &[Option<T>],
    name: &str,
    with: &str,
    spec: &CsvSpec,
    notes: &mut Vec<String>,
) {
    let missing = values.iter().filter(|value| value.is_none()).count();
    if missing > 0 && spec.missing.policy != MissingPolicy::DropRows {
        notes.push(format!("{name}: {missing} missing replaced by {with}"));
    }
}

fn no_value(name: &str, file: &str) -> DataError {
    DataError::Content {
        file: file.into(),
        place: format!("column {name:?}"),
        found: "only missing values in the training part".into(),
        expected: "at least one value to learn from".into(),
        remedy: "list the column in dataset.csv.ignore".into(),
    }
}

/// Numbers that overflow when they are scaled.
pub(super) fn too_large(name: &str, file: &str) -> DataError {
    DataError::Content {
        file: file.into(),
        place: format!("column {name:?}"),
        found: "numbers too large to scale".into(),
        expected: "numbers well below 1e308".into(),
        remedy: "use another unit, or list the column in dataset.csv.ignore".into(),
    }
}

/// Whether training, which computes in f32, can hold a number.
pub(super) fn fits_f32(value: f64) -> bool {
    (value as f32).is_finite()
}

/// The number at a row and a column is `value` once it is scaled, which does not fit f32. `key` is
/// the config key of its scale.
pub(super) fn too_large_for_f32(
    table: &Table,
    place: (usize, usize),
    value: f64,
    (key, scale): (&str, Scale),
) -> DataError {
    let text = table.text(place.0, place.1);
    let limit = "a number up to 3.4e38, more is too large for f32";
    let (expected, remedy) = match scale {
        Scale::None => (
            limit.to_string(),
            format!("scale the column ({key} = \"standardize\"), use another unit, or correct it"),
        ),
        _ => (
            format!("{limit}; scaled it is {value:.1e}"),
            "use another unit, or correct it".into(),
        ),
    };
    table.wrong(place, text, &expected, remedy)
}
