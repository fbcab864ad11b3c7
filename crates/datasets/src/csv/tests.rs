mod bad_input;
mod causes;
mod new_rows;
mod origins;
mod prepared;
mod structure;
mod targets;

use super::*;
use spec::datasets::{Column, Holdout, Missing, Scale, Split, TableTarget, Task};
use std::collections::BTreeMap;
use std::fs;
use tempfile::TempDir;

/// A config for `t.csv` with target `y` and no split.
pub(super) fn spec() -> CsvSpec {
    CsvSpec {
        path: "t.csv".into(),
        test_path: None,
        header: None,
        delimiter: ',',
        decimal: '.',
        comment: None,
        target: one("y"),
        rename: BTreeMap::new(),
        task: Task::default(),
        ignore: Vec::new(),
        categorical: Vec::new(),
        weight: None,
        class_weights: None,
        missing: Missing::default(),
        scale: Scale::default(),
        target_scale: Scale::default(),
        split: Split::None,
    }
}

fn one(name: &str) -> TableTarget {
    TableTarget::Column(column(name))
}

fn column(name: &str) -> Column {
    Column::Name(name.into())
}

fn missing(policy: MissingPolicy) -> Missing {
    Missing {
        policy,
        ..Missing::default()
    }
}

/// Loads `text` as t.csv, and `test` as test.csv where given.
fn load_texts(
    text: impl AsRef<[u8]>,
    test: Option<&str>,
    spec: &CsvSpec,
) -> Result<Dataset, DataError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), text).unwrap();
    let mut spec = spec.clone();
    if let Some(test) = test {
        fs::write(folder.path().join("test.csv"), test).unwrap();
        spec.test_path = Some("test.csv".into());
    }
    load(&spec, folder.path(), &Streams::new(1))
}

pub(super) fn load_text(text: &str, spec: &CsvSpec) -> Result<Dataset, DataError> {
    load_texts(text, None, spec)
}

/// All features of a part, row by row.
pub(super) fn rows(samples: &Samples) -> Vec<Vec<f64>> {
    let all: Vec<usize> = (0..samples.len()).collect();
    let mut x = Array2::zeros((samples.len(), samples.width()));
    samples.gather(&all, x.view_mut());
    x.rows().into_iter().map(|row| row.to_vec()).collect()
}

fn shipped(name: &str, target: &str) -> CsvSpec {
    CsvSpec {
        path: name.into(),
        target: one(target),
        split: Split::Stratified(Holdout { test: 0.25 }),
        ..spec()
    }
}

fn load_shipped(spec: &CsvSpec) -> Dataset {
    load(spec, Path::new("no-such-folder"), &Streams::new(1)).unwrap()
}
