//! `runner check`: the proof of a config's gradients.
//!
//! The hand-written gradients, of every parameter and of the input, for the loss and for a random
//! upstream gradient, are held against central differences, against burn's autodiff on both
//! devices in f64 and f32, and whole f64 trajectories against burn's. (The fourth witness, numbers
//! worked by hand in a lecture, is in the test suite.)

pub mod comparison;
pub mod differences;
pub mod trajectory;

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array2;
use rand::RngExt;
use serde::Serialize;
use spec::{Backward, Implementation, ImplementationName};

use crate::batches::{Batch, order};
use crate::cli::CheckArguments;
use crate::implementations::{Number, REFERENCES, build};
use crate::output;
use crate::prepare::Prepared;
use crate::{Failure, interrupt, machine, record, tables};
use comparison::{Bound, Comparison, Context, compare_backward, compare_parameters};
use differences::{Function, Point, compare_with_differences};
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
    let mut report = Report::default();
    let mut by_hand = by_hand::<f64>(prepared)?;
    against_differences(prepared, &mut *by_hand, &mut report)?;
    against_burn(prepared, &mut report)?;
    against_trajectories(prepared, &mut report)?;
    Ok(report)
}

/// The gradients alone, against burn in f64 and f32: what `run` shows before it trains.
///
/// # Errors
/// As [`prove`].
pub fn against_burn(prepared: &Prepared, report: &mut Report) -> Result<(), Failure> {
    let check = prepared.config.experiment.gradient_check;
    let mut exact = by_hand::<f64>(prepared)?;
    against_references(prepared, &mut *exact, check.tolerance_f64, report)?;
    let mut single = by_hand::<f32>(prepared)?;
    against_references(prepared, &mut *single, check.tolerance_f32, report)
}

fn by_hand<T: Number>(prepared: &Prepared) -> Result<Box<dyn Implementation<T>>, Failure> {
    loaded(prepared, ImplementationName::Backprop)
}

/// An implementation at the initial parameters.
fn loaded<T: Number>(
    prepared: &Prepared,
    name: ImplementationName,
) -> Result<Box<dyn Implementation<T>>, Failure> {
    let training = &prepared.config.experiment.training;
    let streams = prepared.config.experiment.streams();
    let mut model = build(name, &prepared.plan, training, streams);
    model.load(&prepared.initial.cast())?;
    Ok(model)
}

/// The batch whose gradients are compared: inputs, targets, and a random upstream gradient.
struct Probe<T> {
    x: Array2<T>,
    t: Array2<T>,
    dy: Array2<T>,
}

impl<T: Number> Probe<T> {
    fn new(prepared: &Prepared) -> Self {
        let experiment = &prepared.config.experiment;
        let streams = experiment.streams();
        let rows = order(prepared.shape.samples, true, 0, &streams);
        let size = experiment.gradient_check.batch_size.min(rows.len());
        let mut batch = Batch::new(size, prepared.inputs(), prepared.outputs());
        let dataset = &prepared.dataset;
        let (x, t) = batch.fill(&dataset.train, &dataset.target, &rows[..size]);
        let mut rng = streams.stream("check/upstream");
        let draw = || T::of(rng.random_range(-1.0..1.0));
        Self {
            x: x.to_owned(),
            t: t.to_owned(),
            dy: Array2::from_shape_simple_fn((size, prepared.outputs()), draw),
        }
    }

    /// The backward pass of the loss, and that of the random upstream gradient.
    fn passes(&self, model: &mut dyn Implementation<T>) -> [(&'static str, Backward<T>); 2] {
        [
            ("loss", model.loss_backward(self.x.view(), self.t.view())),
            (
                "random upstream",
                model.backward(self.x.view(), self.dy.view()),
            ),
        ]
    }
}

fn against_references<T: Number>(
    prepared: &Prepared,
    by_hand: &mut dyn Implementation<T>,
    tolerance: f64,
    report: &mut Report,
) -> Result<(), Failure> {
    let probe = Probe::<T>::new(prepared);
    for name in REFERENCES {
        let mut reference = loaded::<T>(prepared, name)?;
        let witness = format!("{} {}", name.as_str(), T::NAME);
        let ours = probe.passes(by_hand);
        let theirs = probe.passes(&mut *reference);
        for ((pass, ours), (_, theirs)) in ours.iter().zip(&theirs) {
            let context = Context {
                witness: &witness,
                pass,
                bound: Bound::Relative(tolerance),
                zero_is_a_fault: true,
            };
            report
                .comparisons
                .extend(compare_backward(context, ours, theirs));
        }
    }
    Ok(())
}

fn against_differences(
    prepared: &Prepared,
    by_hand: &mut dyn Implementation<f64>,
    report: &mut Report,
) -> Result<(), Failure> {
    let check = prepared.config.experiment.gradient_check;
    let streams = prepared.config.experiment.streams();
    let probe = Probe::<f64>::new(prepared);
    let functions = [
        Function::Loss(probe.t.view()),
        Function::Upstream(probe.dy.view()),
    ];
    for ((pass, backward), function) in probe.passes(by_hand).iter().zip(functions) {
        stop_if_interrupted()?;
        let context = Context {
            witness: "central differences f64",
            pass,
            bound: Bound::Relative(check.tolerance_differences),
            zero_is_a_fault: true,
        };
        let mut point = Point {
            model: &mut *by_hand,
            parameters: prepared.initial.clone(),
            x: probe.x.clone(),
            function,
        };
        let compared =
            compare_with_differences(context, backward, &mut point, check.entries, &streams)?;
        report.comparisons.extend(compared);
    }
    Ok(())
}

/// The same steps by hand and in burn, in f64: parameters must stay together.
fn against_trajectories(prepared: &Prepared, report: &mut Report) -> Result<(), Failure> {
    let check = prepared.config.experiment.gradient_check;
    let mut by_hand = by_hand::<f64>(prepared)?;
    let ours = trajectory(prepared, &mut *by_hand)?;
    let pass = format!("after {} steps", check.steps);
    for name in REFERENCES {
        let mut reference = loaded::<f64>(prepared, name)?;
        let theirs = trajectory(prepared, &mut *reference)?;
        let context = Context {
            witness: &format!("{} f64", name.as_str()),
            pass: &pass,
            bound: Bound::Absolute(check.tolerance_trajectory),
            zero_is_a_fault: false,
        };
        report
            .comparisons
            .extend(compare_parameters(context, &ours, &theirs));
    }
    Ok(())
}

pub(crate) fn stop_if_interrupted() -> Result<(), Failure> {
    match interrupt::requested() {
        true => Err(Failure::Interrupted("interrupted".into())),
        false => Ok(()),
    }
}
