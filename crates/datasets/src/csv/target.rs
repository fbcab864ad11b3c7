//! The target column: classes or real numbers.

use spec::datasets::{CsvSpec, Scale, Task};

use super::encode::{Scaling, fits_f32};
use super::labels;
use super::meaning::number;
use super::no_number::{MARKERS, remedy, remedy_if_alone};
use super::roles::TARGET;
use super::stats;
use super::table::Table;
use crate::dataset::Target;
use crate::error::{DataError, quoted};
use crate::samples::Targets;
use crate::split::Indices;

/// Targets of all rows; none where one is missing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    Classes(Vec<Option<String>>),
    Reals(Vec<Option<f64>>),
}

/// Targets ready for samples, with their meaning.
pub(super) struct Prepared {
    pub target: Target,
    values: Targets,
}

impl Values {
    /// Reads the target column.
    pub fn parse(table: &Table, column: usize, spec: &CsvSpec) -> Result<Self, DataError> {
        let texts = labels::renamed(table, column, spec)?;
        if texts.iter().all(Option::is_none) {
            let (file, name) = (&table.files[0], &table.names[column]);
            let problem = format!("column {name:?} of {file} has no value in any row");
            let remedy = format!("name another column: it has {}", quoted(&table.names));
            return Err(DataError::setting(TARGET, problem, remedy));
        }
        if spec.task == Task::Classification {
            labels::check_classes(&texts, table, column, spec)?;
            let texts = texts.into_iter();
            return Ok(Self::Classes(
                texts.map(|text| text.map(str::to_string)).collect(),
            ));
        }
        let wrong = |row: usize, text: &str| {
            let remedy = remedy(table, column, text, spec);
            let alone = || remedy_if_alone(table, column, text, spec);
            let remedy = remedy.or_else(alone).unwrap_or_else(|| {
                format!(
                    "set task = \"classification\" if the target is a class, or list the text in \
                     {MARKERS}"
                )
            });
            table.wrong((row, column), text, "a number as target", remedy)
        };
        let values = texts
            .into_iter()
            .enumerate()
            .map(|(row, text)| match text {
                None => Ok(None),
                Some(text) => {
                    let value = number(text, spec.decimal);
                    value.map(Some).ok_or_else(|| wrong(row, text))
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::Reals(values))
    }

    pub fn is_present(&self, row: usize) -> bool {
        match self {
            Self::Classes(values) => values[row].is_some(),
            Self::Reals(values) => values[row].is_some(),
        }
    }

    /// Only these rows.
    pub fn keep(&self, rows: &[usize]) -> Self {
        match self {
            Self::Classes(values) => {
                Self::Classes(rows.iter().map(|&row| values[row].clone()).collect())
            }
            Self::Reals(values) => Self::Reals(rows.iter().map(|&row| values[row]).collect()),
        }
    }

    /// The class of every row, to stratify by.
    pub fn classes(&self) -> Option<&[Option<String>]> {
        match self {
            Self::Classes(values) => Some(values),
            Self::Reals(_) => None,
        }
    }

    /// Numbers the classes, or scales the real values by what the training part teaches.
    pub fn prepare(
        self,
        parts: &Indices,
        spec: &CsvSpec,
        name: &str,
        file: &str,
    ) -> Result<Prepared, DataError> {
        match self {
            Self::Classes(values) => {
                let values: Vec<String> = values.into_iter().flatten().collect();
                prepare_classes(&values, parts, spec.decimal, (name, file))
            }
            Self::Reals(values) => {
                let values: Vec<f64> = values.into_iter().flatten().collect();
                prepare_reals(&values, parts, spec.target_scale, name, file)
            }
        }
    }
}

impl Prepared {
    /// The first target that f32 cannot hold, and its position.
    pub fn too_large(&self) -> Option<(usize, f64)> {
        let Targets::Values(values) = &self.values else {
            return None;
        };
        let at = values.iter().position(|value| !fits_f32(*value))?;
        Some((at, values[at]))
    }

    /// Targets of these samples.
    pub fn part(&self, rows: &[usize]) -> Targets {
        match &self.values {
            Targets::Classes(labels) => {
                Targets::Classes(rows.iter().map(|&row| labels[row]).collect())
            }
            Targets::Values(values) => {
                Targets::Values(rows.iter().map(|&row| values[row]).collect())
            }
        }
    }
}

fn prepare_classes(
    values: &[String],
    parts: &Indices,
    decimal: char,
    (name, file): (&str, &str),
) -> Result<Prepared, DataError> {
    let names = stats::sorted_names(values.iter().map(String::as_str));
    if let [only] = names.as_slice() {
        let problem = format!("column {name:?} of {file} has a single class, {only:?}");
        let remedy = "name a column with at least two classes, or use rows of another class too";
        return Err(DataError::setting(TARGET, problem, remedy));
    }
    let index = |value: &String| names.iter().position(|name| name == value).unwrap_or(0);
    let labels: Vec<usize> = values.iter().map(index).collect();
    let mut trained = vec![false; names.len()];
    for &row in &parts.train {
        trained[labels[row]] = true;
    }
    let absent: Vec<&String> = (names.iter().zip(&trained))
        .filter_map(|(name, &trained)| (!trained).then_some(name))
        .collect();
    if !absent.is_empty() {
        return Err(absent_classes(&absent, &names, decimal, (name, file)));
    }
    Ok(Prepared {
        target: Target::Classes { names },
        values: Targets::Classes(labels),
    })
}

fn absent_classes(
    absent: &[&String],
    names: &[String],
    decimal: char,
    (name, file): (&str, &str),
) -> DataError {
    let problem = format!(
        "column {name:?} of {file} has classes that no training sample shows: {}",
        quoted(absent)
    );
    let numbers: Option<Vec<f64>> = names.iter().map(|name| number(name, decimal)).collect();
    let fractions = |all: &[f64]| all.iter().any(|value| value.fract() != 0.0);
    let remedy = if numbers.is_some_and(|all| all.len() > 20 || fractions(&all)) {
        "set task = \"regression\" if the target is a quantity, or use a stratified split"
    } else {
        "use a stratified split, or a training file that has them"
    };
    DataError::setting(TARGET, problem, remedy)
}

fn prepare_reals(
    values: &[f64],
    parts: &Indices,
    scale: Scale,
    name: &str,
    file: &str,
) -> Result<Prepared, DataError> {
    let train: Vec<f64> = parts.train.iter().map(|&row| values[row]).collect();
    let too_large = || {
        let problem = format!("column {name:?} of {file} holds numbers too large to scale");
        DataError::setting(TARGET, problem, "use another unit")
    };
    let scaling = Scaling::fit(scale, &train).ok_or_else(too_large)?;
    // A constant target keeps its unit, so that stored values can always be turned back.
    let divisor = if scaling.divisor == 0.0 {
        1.0
    } else {
        scaling.divisor
    };
    let stored = |value: &f64| (value - scaling.shift) / divisor;
    let stored: Vec<f64> = values.iter().map(stored).collect();
    Ok(Prepared {
        values: Targets::Values(stored),
        target: Target::Real {
            name: name.into(),
            mean: scaling.shift,
            scale: divisor,
        },
    })
}
