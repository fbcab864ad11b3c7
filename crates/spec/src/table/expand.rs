//! The rows of a table, one by one.

use std::path::PathBuf;

use super::{Axis, Published, RowSpec, TableSpec};
use crate::{ImplementationName, Overrides};

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpandedRow {
    /// What it is called.
    pub name: String,
    /// Where it stands among the rows of the file.
    pub index: usize,
    /// The config that it runs, as the file names it.
    pub config: PathBuf,
    /// What is changed in it, without implementation, seed and fold.
    pub overrides: Overrides,
    /// Who trains.
    pub implementation: ImplementationName,
    /// The seeds of its runs; none: its runs differ by their fold.
    pub seeds: Option<Vec<u64>>,
    /// How long a run may take, in minutes.
    pub minutes: Option<f64>,
    /// What was published of it.
    pub published: Vec<Published>,
    /// What was done otherwise.
    pub deviations: Option<String>,
}

impl TableSpec {
    /// The rows in their order: those that are listed, and those that products and zips stand for.
    pub fn expand(&self) -> Vec<ExpandedRow> {
        let mut rows = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let base = self.row(row, index, &rows);
            if row.is_single() {
                rows.push(base);
                continue;
            }
            rows.extend(choices(row).into_iter().map(|(label, set)| {
                let mut made = base.clone();
                made.name = format!("{}, {label}", base.name);
                made.overrides.set.extend(set);
                made
            }));
        }
        rows
    }

    /// A row as it is listed, with what it has of the row that it extends.
    fn row(&self, row: &RowSpec, index: usize, before: &[ExpandedRow]) -> ExpandedRow {
        let mut found = before.iter();
        let base = found.find(|other| Some(&other.name) == row.extends.as_ref());
        let mut overrides = base.map(|base| base.overrides.clone()).unwrap_or_default();
        overrides.set.extend(row.set.iter().cloned());
        overrides.unset.extend(row.unset.iter().cloned());
        let config = row.config.clone();
        ExpandedRow {
            name: row.name.clone(),
            index,
            config: config
                .or(base.map(|base| base.config.clone()))
                .unwrap_or_default(),
            overrides,
            implementation: row
                .implementation
                .or(base.map(|base| base.implementation))
                .unwrap_or(ImplementationName::Backprop),
            seeds: (row.seeds.clone())
                .or_else(|| base?.seeds.clone())
                .or_else(|| self.seeds.clone()),
            minutes: row
                .minutes
                .or(base.and_then(|base| base.minutes))
                .or(self.minutes),
            published: row.published.clone(),
            deviations: row.deviations.clone(),
        }
    }
}

/// What the name of a row is continued with, and what is set in it.
type Choice = (Vec<String>, Vec<String>);

/// What a row with several values stands for.
fn choices(row: &RowSpec) -> Vec<(String, Vec<String>)> {
    let all = match row.zip.is_empty() {
        true => product(&row.product),
        false => zip(&row.zip),
    };
    let joined = |(labels, set): Choice| (labels.join(", "), set);
    all.into_iter().map(joined).collect()
}

/// Every combination; the last key changes first.
fn product(axes: &[Axis]) -> Vec<Choice> {
    axes.iter().fold(vec![Choice::default()], |all, axis| {
        let mut longer = Vec::new();
        for (labels, set) in all {
            for (label, setting) in axis.labels().into_iter().zip(axis.settings()) {
                let (mut labels, mut set) = (labels.clone(), set.clone());
                labels.push(label);
                set.push(setting);
                longer.push((labels, set));
            }
        }
        longer
    })
}

/// The first values of all keys, the second, and so on; where one key has names, they are enough.
fn zip(axes: &[Axis]) -> Vec<Choice> {
    let named = axes.iter().any(|axis| axis.names.is_some());
    let mut all = vec![Choice::default(); axes.first().map_or(0, |axis| axis.values.len())];
    for axis in axes {
        let values = axis.labels().into_iter().zip(axis.settings());
        for ((labels, set), (label, setting)) in all.iter_mut().zip(values) {
            if axis.names.is_some() || !named {
                labels.push(label);
            }
            set.push(setting);
        }
    }
    all
}
