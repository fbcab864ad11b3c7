//! The common folder of a table, `results/runs/tables/<table>/`: for each run, by its key, a folder
//! with the record, and a file that says it is done. Claims lie there, too.

use std::fs;
use std::path::{Path, PathBuf};

use learners::Findings;
use serde::{Deserialize, Serialize};
use spec::ImplementationName;
use spec::measures::Measure;
use spec::table::{Kind, Quantity, TableMeasure};

use super::plan::{Plan, Run};
use super::rows::{Ending, Row};
use crate::record::{GRADIENTS, Record, Status, Trained};
use crate::{Failure, files};

/// The folder.
pub struct Store {
    /// Where it is.
    pub folder: PathBuf,
}

/// What is written when a run is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Done {
    /// Folder of the record, from that of the table.
    pub record: PathBuf,
    /// Seconds of the processes that worked on it.
    pub seconds: f64,
}

impl Store {
    /// That of a table.
    pub fn of(results: &Path, table: &str) -> Self {
        let folder = results.join("runs").join("tables").join(table);
        Self { folder }
    }

    /// Makes it.
    ///
    /// # Errors
    /// [`Failure::Input`] when it cannot be made.
    pub fn make(&self) -> Result<(), Failure> {
        files::make_folder(&self.folder, "--results")
    }

    /// The folder with the record of a run.
    pub fn records(&self, key: &str) -> PathBuf {
        self.folder.join(key)
    }

    /// A file of a run.
    pub fn file(&self, key: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{key}.{ending}"))
    }

    /// What a run left, if it is done. What cannot be read is not done.
    pub fn done(&self, key: &str) -> Option<(Done, Record)> {
        let bytes = fs::read(self.file(key, "json")).ok()?;
        let done: Done = serde_json::from_slice(&bytes).ok()?;
        let record = Record::read(&self.folder.join(&done.record)).ok()?;
        ending(&record)?;
        Some((done, record))
    }

    /// From now on a run is done.
    ///
    /// # Errors
    /// [`Failure::Run`] when that cannot be written.
    pub fn finish(&self, key: &str, record: &Path, seconds: f64) -> Result<(), Failure> {
        let record = record.strip_prefix(&self.folder).unwrap_or(record).into();
        files::write_json(&self.file(key, "json"), &Done { record, seconds })
    }

    /// Removes what processes that were killed left beside runs that are done.
    pub fn tidy(&self, done: &[&str]) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let (id, ending) = name.split_once('.').unwrap_or((&name, ""));
            let left = ["out", "err"].contains(&ending) || ending.starts_with("claim-");
            if left && done.contains(&id) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Forgets what a run left.
    pub fn forget(&self, key: &str) {
        let _ = fs::remove_file(self.file(key, "json"));
        let _ = fs::remove_dir_all(self.records(key));
    }
}

/// How a run ended, if it ended for good.
pub fn ending(record: &Record) -> Option<Ending> {
    match record.status {
        Status::Finished => Some(Ending::Finished),
        Status::Diverged => Some(Ending::Diverged),
        _ => None,
    }
}

/// The raw row of a run that is done.
pub fn row(
    store: &Store,
    plan: &Plan,
    run: &Run,
    data: &str,
    (done, record): (&Done, &Record),
) -> Option<Row> {
    let ending = ending(record)?;
    let run_done = RunDone {
        record,
        trained: record.implementations.first()?,
        folder: store.folder.join(&done.record),
        seconds: done.seconds,
    };
    let values = plan.spec.measures.iter().map(|measure| match ending {
        Ending::Diverged => None,
        Ending::Finished => run_done.value(measure),
    });
    Some(Row {
        row: plan.rows[run.row].name.clone(),
        repeat: run.repeat,
        key: run.key.clone(),
        data: data.into(),
        ending,
        values: values.collect(),
    })
}

/// A run that is done, with what its record says.
struct RunDone<'a> {
    record: &'a Record,
    trained: &'a Trained,
    folder: PathBuf,
    /// Of its processes.
    seconds: f64,
}

impl RunDone<'_> {
    /// What it has for a column.
    fn value(&self, measure: &TableMeasure) -> Option<f64> {
        let trained = self.trained;
        let epochs = |of: &Quantity| {
            let key = of.measure.key.clone();
            let of = of.clone();
            trained
                .epochs
                .iter()
                .map(move |epoch| (epoch.epoch, epoch.get(&key).map(|v| of.of(v))))
        };
        let value = match &measure.kind {
            Kind::Epochs => trained.epochs.len() as f64,
            Kind::Seconds => milliseconds(self.seconds),
            Kind::LearningSeconds => {
                let key = Measure::seconds().key;
                milliseconds(
                    trained
                        .epochs
                        .iter()
                        .filter_map(|epoch| epoch.get(&key))
                        .sum(),
                )
            }
            Kind::Initial(name) => *self.record.initial.get(name)?,
            Kind::Finding(name) => finding(trained, name)?,
            Kind::GradientError => self.gradient_error()?,
            Kind::End(of) => of.of(*trained.reached()?.get(&of.measure.key)?),
            Kind::Best(of) => {
                let better = |a: f64, b: f64| if of.better().prefers(b, a) { b } else { a };
                epochs(of).filter_map(|(_, value)| value).reduce(better)?
            }
            Kind::EpochsTo(of, bound) => {
                let good = |v: f64| v == *bound || of.better().prefers(v, *bound);
                let mut epochs = epochs(of);
                epochs.find(|(_, value)| value.is_some_and(good))?.0 as f64
            }
        };
        value.is_finite().then_some(value)
    }

    /// The largest relative error of the gradients in f64: of a burn device against ours, of ours
    /// against every witness.
    fn gradient_error(&self) -> Option<f64> {
        #[derive(Deserialize)]
        struct Report {
            comparisons: Vec<Comparison>,
        }
        #[derive(Deserialize)]
        struct Comparison {
            witness: String,
            pass: String,
            relative: f64,
        }
        let bytes = fs::read(self.folder.join(GRADIENTS)).ok()?;
        let report: Report = serde_json::from_slice(&bytes).ok()?;
        let by_hand = ImplementationName::Backprop.as_str();
        let name = match self.trained.implementation.as_str() {
            ours if ours == by_hand => "",
            theirs => theirs,
        };
        let of_it = |comparison: &&Comparison| {
            let Comparison { witness, pass, .. } = comparison;
            witness.starts_with(name) && witness.ends_with("f64") && !pass.starts_with("after")
        };
        let errors = report.comparisons.iter().filter(of_it);
        errors
            .map(|comparison| comparison.relative)
            .reduce(f64::max)
    }
}

/// What a learner found under this name: `<column> of <row>`.
fn finding(trained: &Trained, wanted: &str) -> Option<f64> {
    let mut all = trained.findings.iter().flat_map(Findings::named);
    all.find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// The names of what a learner found.
pub fn found(record: &Record) -> Vec<String> {
    let findings = record
        .implementations
        .iter()
        .flat_map(|trained| &trained.findings);
    findings
        .flat_map(Findings::named)
        .map(|(name, _)| name)
        .collect()
}

/// Milliseconds are all that a process can be measured by.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
