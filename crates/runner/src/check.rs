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
mod cost;
pub mod deadline;
pub mod differences;
pub mod explanation;
mod fitting;
pub mod function;
pub mod learner;
pub mod objective;
pub mod own_layer;
pub mod passes;
pub mod penalties;
pub mod report;
pub mod rounding;
pub mod slopes;
pub mod subject;
pub mod trajectory;
pub mod verdict;
pub mod witnesses;

use std::path::Path;

use contract::Implementation;
use serde::Serialize;
use spec::ImplementationName;
use spec::training::GradientCheckSpec;

use crate::activity::Activity;
use crate::batches::BatchBuffer;
use crate::cli::CheckArguments;
use crate::memory::Purpose;
use crate::order::order;
use crate::output;
use crate::prepare::{Prepared, PreparedNetwork};
use crate::{Failure, implementations, interrupt, machine, record, tables};
use comparison::Comparison;
use deadline::Deadline;
use differences::Sampling;
use explanation::Scene;
use fitting::Time;
pub use report::Report;
use subject::{Probe, Subject};
use trajectory::trajectory;
use verdict::Verdict;

/// Shares of a check's time: for passes by hand and in burn, and for central differences; what is
/// left of it is for the trajectories.
const PASSES: f64 = 0.35;
const DIFFERENCES: f64 = 0.3;
/// The share of the passes where they are all there is.
const PASSES_ALONE: f64 = 0.75;

/// Proves the gradients of a config, or its learner, and prints the table.
///
/// # Errors
/// [`Failure::Run`] with the first divergent tensor when something is off.
pub fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let prepared = Prepared::read(&arguments.config, Purpose::Check)?;
    if let Some(file) = &arguments.json {
        record::expect_writable(file)?;
    }
    interrupt::install();
    output::line(prepared.summary());
    match &prepared {
        Prepared::Network(prepared) => check_network(prepared, arguments.json.as_deref()),
        Prepared::Learner(prepared) => learner::check(prepared, arguments.json.as_deref()),
    }
}

/// Proves the gradients of a network.
fn check_network(prepared: &PreparedNetwork, json: Option<&Path>) -> Result<(), Failure> {
    if let Some(missing) = implementations::missing_witnesses() {
        output::line(format!("note: {missing}"));
    }
    if subject(prepared).truncates_gradient() {
        output::line(
            "note: a truncated gradient is not that of the loss: central differences, which are, \
             are left out",
        );
    }
    let threads = machine::threads(&prepared.network.training);
    let report = machine::in_pool(threads, || prove(prepared))??;
    output::line(format!(
        "Gradients, the largest error of each witness\n{}",
        tables::gradients(&report, false)
    ));
    if let Some(file) = json {
        write_json(file, prepared, &report)?;
    }
    conclude(prepared, &report)
}

/// Prints what was not proved and why; an error when a side differs or numbers are not finite.
///
/// # Errors
/// [`Failure::Run`] with the first tensor that is off and, of one that is not finite, where the
/// number came from.
pub fn conclude(prepared: &PreparedNetwork, report: &Report) -> Result<(), Failure> {
    let check = prepared.network.gradient_check;
    let probe = probe(prepared, report.batch_size);
    let scene = Scene {
        subject: subject(prepared),
        probe: &probe,
        features: &prepared.dataset.feature_names,
    };
    for note in explanation::notes(report, scene)? {
        output::line(format!("note: {note}"));
    }
    if !report.cut.is_empty() {
        let (cut, seconds) = (report.cut.join(", "), check.seconds);
        output::line(format!("note: {cut}: gradient_check.seconds = {seconds}"));
    }
    let overflow = report.first(Verdict::NotFinite);
    match (expect_agreement(report), overflow) {
        (Err(Failure::Run(message)), Some(overflow)) if report.first_fault().is_none() => {
            let origin = explanation::origin(overflow, scene)?;
            Err(Failure::Run(format!("{message}; {origin}")))
        }
        (agreement, _) => agreement,
    }
}

/// An error if a side differs or numbers are not finite.
///
/// # Errors
/// [`Failure::Run`] with the first tensor that is off.
pub fn expect_agreement(report: &Report) -> Result<(), Failure> {
    if let Some(fault) = report.first_fault() {
        let difference = explanation::difference(fault);
        return Err(Failure::Run(format!(
            "the gradients disagree: {difference}"
        )));
    }
    match report.first(Verdict::NotFinite) {
        Some(overflow) => Err(Failure::Run(explanation::overflow(overflow))),
        None => Ok(()),
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    name: &'a str,
    seed: u64,
    agrees: bool,
    first_fault: Option<&'a Comparison>,
    comparisons: &'a [Comparison],
    batch_size: usize,
    cut: &'a [String],
    software: record::Software,
    data_checksum: &'a str,
}

fn write_json(file: &Path, prepared: &PreparedNetwork, report: &Report) -> Result<(), Failure> {
    let experiment = &prepared.config.experiment;
    let json = JsonReport {
        name: &experiment.name,
        seed: experiment.seed,
        agrees: report.first_fault().is_none(),
        first_fault: report.first_fault(),
        comparisons: &report.comparisons,
        batch_size: report.batch_size,
        cut: &report.cut,
        software: record::Software::here(),
        data_checksum: &prepared.dataset.checksum,
    };
    record::write_json(file, &json)
}

/// All witnesses that apply to a config, as far as its time allows.
///
/// # Errors
/// When an implementation does not take the parameters, or on Ctrl-C.
pub fn prove(prepared: &PreparedNetwork) -> Result<Report, Failure> {
    let check = prepared.network.gradient_check;
    let (activity, deadline) = (Activity::new("check"), Deadline::after(check.seconds));
    let (subject, probe) = (subject(prepared), probe(prepared, check.batch_size));
    let time = Time {
        passes: PASSES * deadline.left(),
        differences: DIFFERENCES * deadline.left(),
    };
    let extent = fitting::extent(subject, &probe, time, &activity)?;
    let mut report = Report::new(&probe, &extent);
    let probe = probe.first(extent.batch_size);
    let sampling = Sampling {
        entries: check.entries,
        deadline: deadline.share(DIFFERENCES),
        activity: &activity,
    };
    let tolerance = check.tolerance_differences;
    let (compared, cut) = witnesses::differences(subject, &probe, tolerance, sampling)?;
    report.comparisons.extend(compared);
    report.cut.extend(cut.map(|cut| {
        let entries = check.entries;
        format!("central differences of {cut} entries of a tensor instead of {entries}")
    }));
    passes(
        subject,
        &probe,
        &extent.references,
        &check,
        &activity,
        &mut report,
    )?;
    trajectories(
        prepared,
        &probe,
        &extent.references,
        deadline,
        &activity,
        &mut report,
    )?;
    Ok(report)
}

/// The gradients alone, against burn in f64 and f32: what `run` shows before it trains.
///
/// # Errors
/// As [`prove`].
pub fn against_burn(prepared: &PreparedNetwork) -> Result<Report, Failure> {
    let check = prepared.network.gradient_check;
    let (activity, deadline) = (
        Activity::new("gradient check"),
        Deadline::after(check.seconds),
    );
    let (subject, probe) = (subject(prepared), probe(prepared, check.batch_size));
    let time = Time {
        passes: PASSES_ALONE * deadline.left(),
        differences: f64::INFINITY,
    };
    let extent = fitting::extent(subject, &probe, time, &activity)?;
    let mut report = Report::new(&probe, &extent);
    let probe = probe.first(extent.batch_size);
    passes(
        subject,
        &probe,
        &extent.references,
        &check,
        &activity,
        &mut report,
    )?;
    Ok(report)
}

/// Passes by hand and in burn, in both precisions.
fn passes(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    references: &[ImplementationName],
    check: &GradientCheckSpec,
    activity: &Activity,
    report: &mut Report,
) -> Result<(), Failure> {
    let tolerance = check.tolerance_f64;
    let exact = witnesses::references::<f64>(subject, probe, references, tolerance, activity)?;
    report.comparisons.extend(exact);
    let tolerance = check.tolerance_f32;
    let single = witnesses::references::<f32>(subject, probe, references, tolerance, activity)?;
    report.comparisons.extend(single);
    Ok(())
}

/// The trajectories by hand and in burn.
fn trajectories(
    prepared: &PreparedNetwork,
    probe: &Probe<f64>,
    references: &[ImplementationName],
    deadline: Deadline,
    activity: &Activity,
    report: &mut Report,
) -> Result<(), Failure> {
    let subject = subject(prepared);
    let tolerance = prepared.network.gradient_check.tolerance_trajectory;
    let (whole, updates) = match references.is_empty() {
        true => return Ok(()),
        false => (
            trajectory::whole(prepared),
            trajectory::fit(prepared, subject, references, deadline, activity)?,
        ),
    };
    let compared = witnesses::trajectories(
        subject,
        probe,
        references,
        updates.steps,
        tolerance,
        &|model: &mut dyn Implementation<f64>, noise| {
            trajectory(prepared, model, updates, noise, activity)
        },
        activity,
    )?;
    report.comparisons.extend(compared);
    if updates.steps < whole.steps {
        let (steps, all) = (updates.steps, whole.steps);
        report
            .cut
            .push(format!("{steps} trajectory steps instead of {all}"));
    }
    if updates.batch_size < whole.batch_size {
        let (size, all) = (updates.batch_size, whole.batch_size);
        report
            .cut
            .push(format!("trajectory batches of {size} instead of {all}"));
    }
    Ok(())
}

/// The network of a config.
fn subject(prepared: &PreparedNetwork) -> Subject<'_> {
    Subject {
        plan: &prepared.plan,
        training: &prepared.network.training,
        streams: prepared.streams(),
        parameters: &prepared.initial,
    }
}

/// Training samples of a config in a random order, with the targets that training has.
fn probe(prepared: &PreparedNetwork, batch_size: usize) -> Probe<f64> {
    let streams = prepared.streams();
    let train = &prepared.train_rows;
    let size = batch_size.min(train.len());
    let order = order(train.len(), true, 0, &streams);
    let rows: Vec<usize> = order[..size].iter().map(|&row| train[row]).collect();
    let batch = BatchBuffer::new(size, prepared.inputs(), prepared.outputs());
    let mut batch = batch.smoothed(prepared.network.training.label_smoothing);
    Probe::new(batch.fill_training(prepared, &rows), streams)
}

pub(crate) fn stop_if_interrupted() -> Result<(), Failure> {
    match interrupt::requested() {
        true => Err(Failure::Interrupted("interrupted".into())),
        false => Ok(()),
    }
}
