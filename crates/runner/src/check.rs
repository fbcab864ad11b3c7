//! `runner check`: the proof of a config's gradients.
//!
//! The hand-written gradients, of every parameter and of the input, for the loss and for a random
//! upstream gradient, are held against central differences, against burn's autodiff on both
//! devices in f64 and f32, and whole f64 trajectories against burn's. (The fourth witness, numbers
//! worked by hand in a lecture, is in the test suite.)
//!
//! Passes are those of training, with the dropout masks of step 0 and the statistics of the batch;
//! the loss is the whole objective, with penalties. What dropout and batch normalisation do after
//! training is compared at the end of the trajectories.

pub mod comparison;
pub mod differences;
pub mod passes;
pub mod penalties;
pub mod subject;
pub mod trajectory;
pub mod witnesses;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use spec::Implementation;

use crate::batches::{Batch, order};
use crate::cli::CheckArguments;
use crate::output;
use crate::prepare::Prepared;
use crate::{Failure, interrupt, machine, record, tables};
use comparison::Comparison;
use subject::{Probe, Subject};
use trajectory::trajectory;

/// Every comparison of a config.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// In the order in which they were made.
    pub comparisons: Vec<Comparison>,
}

impl Report {
    /// The first comparison that is off, in the order of the data flow.
    pub fn first_fault(&self) -> Option<&Comparison> {
        self.comparisons.iter().find(|c| c.fault.is_some())
    }

    /// The worst comparison of each witness and pass, by relative error.
    pub fn worst(&self) -> Vec<&Comparison> {
        let mut worst: BTreeMap<(&str, &str), (usize, &Comparison)> = BTreeMap::new();
        for (index, comparison) in self.comparisons.iter().enumerate() {
            let key = (comparison.witness.as_str(), comparison.pass.as_str());
            let entry = worst.entry(key).or_insert((index, comparison));
            if comparison.relative > entry.1.relative {
                entry.1 = comparison;
            }
        }
        let mut rows: Vec<_> = worst.into_values().collect();
        rows.sort_by_key(|(index, _)| *index);
        rows.into_iter().map(|(_, comparison)| comparison).collect()
    }

    /// One sentence about a fault.
    pub fn explain(fault: &Comparison) -> String {
        let Comparison {
            witness,
            pass,
            tensor,
            shape,
            at,
            absolute,
            relative,
            by_hand,
            by_witness,
            tolerance,
            ..
        } = fault;
        let what = fault.fault.as_deref().unwrap_or("agrees");
        format!(
            "the first divergent tensor is {tensor} {shape:?} ({pass}, against {witness}): {what}; \
             at {at:?} by hand {by_hand:e}, {witness} {by_witness:e}; largest absolute error \
             {absolute:.2e}, relative {relative:.2e}, tolerance {tolerance:.0e}"
        )
    }
}

/// Proves the gradients of a config and prints the table.
///
/// # Errors
/// [`Failure::Run`] with the first divergent tensor when something is off.
pub fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let prepared = Prepared::read(&arguments.config)?;
    if let Some(file) = &arguments.json {
        record::expect_writable(file)?;
    }
    interrupt::install();
    output::line(prepared.summary());
    let threads = machine::threads(&prepared.config.experiment.training);
    let report = machine::in_pool(threads, || prove(&prepared))??;
    output::line(format!(
        "Gradients, the largest error of each witness\n{}",
        tables::gradients(&report, false)
    ));
    if let Some(file) = &arguments.json {
        write_json(file, &prepared, &report)?;
    }
    judge(&report)
}

/// An error if something is off.
pub fn judge(report: &Report) -> Result<(), Failure> {
    match report.first_fault() {
        None => Ok(()),
        Some(fault) => Err(Failure::Run(format!(
            "the gradients disagree: {}",
            Report::explain(fault)
        ))),
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    name: &'a str,
    seed: u64,
    agrees: bool,
    first_fault: Option<&'a Comparison>,
    comparisons: &'a [Comparison],
    software: record::Software,
    data_checksum: &'a str,
}

fn write_json(file: &Path, prepared: &Prepared, report: &Report) -> Result<(), Failure> {
    let experiment = &prepared.config.experiment;
    let json = JsonReport {
        name: &experiment.name,
        seed: experiment.seed,
        agrees: report.first_fault().is_none(),
        first_fault: report.first_fault(),
        comparisons: &report.comparisons,
        software: record::Software::here(),
        data_checksum: &prepared.dataset.checksum,
    };
    record::write_json(file, &json)
}

/// All witnesses that apply to a config.
///
/// # Errors
/// When an implementation does not take the parameters, or on Ctrl-C.
pub fn prove(prepared: &Prepared) -> Result<Report, Failure> {
    let check = prepared.config.experiment.gradient_check;
    let (subject, probe) = (subject(prepared), probe(prepared));
    let tolerance = check.tolerance_differences;
    let mut report = Report {
        comparisons: witnesses::differences(subject, &probe, tolerance, check.entries)?,
    };
    against_burn(prepared, &mut report)?;
    let tolerance = check.tolerance_trajectory;
    let steps = |model: &mut dyn Implementation<f64>| trajectory(prepared, model);
    let compared = witnesses::trajectories(subject, &probe, check.steps, tolerance, &steps)?;
    report.comparisons.extend(compared);
    Ok(report)
}

/// The gradients alone, against burn in f64 and f32: what `run` shows before it trains.
///
/// # Errors
/// As [`prove`].
pub fn against_burn(prepared: &Prepared, report: &mut Report) -> Result<(), Failure> {
    let check = prepared.config.experiment.gradient_check;
    let (subject, probe) = (subject(prepared), probe(prepared));
    let exact = witnesses::references::<f64>(subject, &probe, check.tolerance_f64)?;
    report.comparisons.extend(exact);
    let single = witnesses::references::<f32>(subject, &probe, check.tolerance_f32)?;
    report.comparisons.extend(single);
    Ok(())
}

/// The network of a config.
fn subject(prepared: &Prepared) -> Subject<'_> {
    let experiment = &prepared.config.experiment;
    Subject {
        plan: &prepared.plan,
        training: &experiment.training,
        streams: experiment.streams(),
        parameters: &prepared.initial,
    }
}

/// Training samples of a config in a random order, with the targets that training has.
fn probe(prepared: &Prepared) -> Probe<f64> {
    let experiment = &prepared.config.experiment;
    let streams = experiment.streams();
    let train = &prepared.train_rows;
    let size = experiment.gradient_check.batch_size.min(train.len());
    let order = order(train.len(), true, 0, &streams);
    let rows: Vec<usize> = order[..size].iter().map(|&row| train[row]).collect();
    let batch = Batch::new(size, prepared.inputs(), prepared.outputs());
    let mut batch = batch.smoothed(experiment.training.label_smoothing);
    let (x, t) = batch.fill(&prepared.dataset.train, &prepared.dataset.target, &rows);
    Probe::new(x.to_owned(), t.to_owned(), streams)
}

pub(crate) fn stop_if_interrupted() -> Result<(), Failure> {
    match interrupt::requested() {
        true => Err(Failure::Interrupted("interrupted".into())),
        false => Ok(()),
    }
}
