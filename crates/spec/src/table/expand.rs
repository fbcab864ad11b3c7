//! The rows of a table, one by one.

use std::path::PathBuf;

use super::{Published, RowSpec, TableSpec};
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

/// What a row with several values stands for: labels, and what is set.
fn choices(row: &RowSpec) -> Vec<(String, Vec<String>)> {
    if let Some(first) = row.zip.first() {
        let labels: Vec<Vec<String>> = match row.zip.iter().find(|axis| axis.names.is_some()) {
            Some(named) => vec![named.labels()],
            None => row.zip.iter().map(|axis| axis.labels()).collect(),
        };
        let settings: Vec<Vec<String>> = row.zip.iter().map(|a| a.settings().collect()).collect();
        let at = |texts: &[Vec<String>], index: usize| -> Vec<String> {
            texts.iter().map(|axis| axis[index].clone()).collect()
        };
        let rows = 0..first.values.len();
        return rows
            .map(|index| (at(&labels, index).join(", "), at(&settings, index)))
            .collect();
    }
    let mut all = vec![(Vec::new(), Vec::new())];
    for axis in &row.product {
        let values: Vec<_> = axis.labels().into_iter().zip(axis.settings()).collect();
        let with = |(labels, set): &(Vec<String>, Vec<String>)| {
            let extended = values.iter().map(|(label, setting)| {
                let push = |list: &[String], text: &String| [list, &[text.clone()]].concat();
                (push(labels, label), push(set, setting))
            });
            extended.collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all.into_iter()
        .map(|(labels, set)| (labels.join(", "), set))
        .collect()
}
