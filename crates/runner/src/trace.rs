//! `runner trace`: a small network learns, update by update, and each is shown: which samples, the
//! loss before, every parameter after.
//!
//! It learns by hand in f64, on the batches of the training. An update that changes nothing, as
//! most are under the perceptron's rule, is left out, and a pass without any change is the last.
//! Which weights come back at the end (early stopping, averaging, the pocket) is another question.
//!
//! Learners have no updates that could be told apart: Hebb's rule and Hopfield's memory are one sum
//! over all samples, least squares a solution, and Newton's steps are the epochs of their record.

mod picture;

use std::path::Path;

use contract::{Implementation, NamedTensors};
use spec::escapes::EscapeSpec;
use spec::{ImplementationName, Problem};

use crate::activity::Activity;
use crate::batches::{Batches, TrainingBatch};
use crate::cli::TraceArguments;
use crate::implementations::build;
use crate::memory::Purpose;
use crate::numbers::number;
use crate::prepare::PreparedNetwork;
use crate::sheet::Sheet;
use crate::{Failure, files, interrupt, machine, output};

/// More numbers than this nobody follows.
const MOST_PARAMETERS: usize = 100;
/// Updates that are kept; those behind them are only counted.
const MOST_UPDATES: usize = 100_000;

/// All updates that changed something.
struct Trace {
    /// Names of the parameters, each with its place in its tensor: `0.weight[0,1]`.
    names: Vec<String>,
    /// The parameters before the first update.
    initial: Vec<f64>,
    updates: Vec<Update>,
    /// Updates that changed something, those that are not kept, too.
    changes: usize,
    /// Passes that were made.
    passes: usize,
    /// Whether the last of them changed nothing.
    settled: bool,
}

/// One update.
struct Update {
    /// From 1.
    pass: usize,
    /// Among all of the training, from 1.
    number: u64,
    /// The samples' places in the data, from 1.
    samples: Vec<usize>,
    /// Mean loss of the samples before.
    loss: f64,
    /// The parameters after.
    parameters: Vec<f64>,
}

/// Shows the updates of a training one by one, and writes them and a picture to a folder.
///
/// # Errors
/// When the config is wrong or too large, or the folder cannot be written.
pub fn trace(arguments: &TraceArguments) -> Result<(), Failure> {
    let prepared = PreparedNetwork::of(arguments.config.read()?, Purpose::Export)?;
    expect_updates(&prepared).map_err(|problem| prepared.config.locate(problem))?;
    let count: usize = prepared.initial.values();
    if count > MOST_PARAMETERS {
        return Err(Failure::Input(format!(
            "{}: a trace shows every parameter after every update, and this network has {count}; at \
             most {MOST_PARAMETERS} can be followed, as of configs/xor.toml",
            arguments.config.config.display()
        )));
    }
    if let Some(out) = &arguments.out {
        files::make_folder(out, "--out")?;
    }
    interrupt::install();
    let trace = machine::in_pool(1, || follow(&prepared))??;
    show(&prepared, &trace, arguments.updates);
    match &arguments.out {
        None => Ok(()),
        Some(out) => write(&prepared, &trace, out),
    }
}

/// Finds what has no updates by gradients that could be shown.
fn expect_updates(prepared: &PreparedNetwork) -> Result<(), Problem> {
    if prepared.parameters().learned == 0 {
        let reason = "every weight is fixed, so there is no update to show";
        let hint = "`runner run` measures what these weights answer";
        return Err(Problem::new("model.layers", reason).hint(hint));
    }
    let escapes = &prepared.network.training.escapes;
    let is_plain = |escape: &EscapeSpec| escape.kind() == "plain";
    if escapes.is_empty() || escapes.iter().any(is_plain) {
        return Ok(());
    }
    let reason = "a trace shows updates by gradients, and these escapes move weights otherwise";
    let hint = "take them out with --unset training.escapes; a step has no updates by gradients";
    Err(Problem::new("training.escapes", reason).hint(hint))
}

/// Learns, and keeps what changed.
fn follow(prepared: &PreparedNetwork) -> Result<Trace, Failure> {
    let training = &prepared.network.training;
    let mut model: Box<dyn Implementation<f64>> = build(
        ImplementationName::Backprop,
        &prepared.plan,
        training,
        prepared.streams(),
    )?;
    model.load(&prepared.initial)?;
    let mut trace = Trace {
        names: names(&prepared.initial),
        initial: numbers(&prepared.initial),
        updates: Vec::new(),
        changes: 0,
        passes: 0,
        settled: false,
    };
    let activity = Activity::new("trace");
    activity.begin("passes", training.epochs);
    let mut batches = Batches::<f64>::new(prepared);
    let mut now = trace.initial.clone();
    while trace.passes < training.epochs && !trace.settled {
        if interrupt::requested() {
            return Err(Failure::Interrupted(interrupt::cause().into()));
        }
        trace.passes += 1;
        trace.settled = true;
        batches.begin(trace.passes);
        if let Some(batch) = batches.curvature() {
            model.estimate_curvature(batch);
        }
        for index in 0..batches.steps() {
            let samples = batches.rows(index).iter().map(|row| row + 1).collect();
            let TrainingBatch { step, batch } = batches.batch(index);
            let loss = model.train_step(step, batch);
            let after = numbers(&model.parameters());
            if after.iter().any(|value| !value.is_finite()) {
                let number = step.number;
                return Err(Failure::Run(format!(
                    "diverged: after update {number} a parameter is not finite"
                )));
            }
            if after != now {
                trace.settled = false;
                trace.changes += 1;
                now.clone_from(&after);
                if trace.updates.len() < MOST_UPDATES {
                    trace.updates.push(Update {
                        pass: trace.passes,
                        number: step.number,
                        samples,
                        loss,
                        parameters: after,
                    });
                }
            }
        }
        activity.step();
    }
    Ok(trace)
}

/// The names of all numbers, in their order.
fn names(tensors: &NamedTensors<f64>) -> Vec<String> {
    let of_tensor = |(name, tensor): (&str, &ndarray::ArrayD<f64>)| {
        let places = tensor.indexed_iter().map(|(place, _)| {
            let place = ndarray::Dimension::slice(&place)
                .iter()
                .map(usize::to_string);
            place.collect::<Vec<_>>().join(",")
        });
        places
            .map(|place| format!("{name}[{place}]"))
            .collect::<Vec<_>>()
    };
    tensors.iter().flat_map(of_tensor).collect()
}

/// All numbers, in their order.
fn numbers(tensors: &NamedTensors<f64>) -> Vec<f64> {
    tensors
        .iter()
        .flat_map(|(_, tensor)| tensor.iter().copied())
        .collect()
}

/// The samples of an update, as people read them.
fn shown(samples: &[usize]) -> String {
    match samples {
        [] => String::new(),
        [one] => one.to_string(),
        several if several.len() <= 4 => several
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(" "),
        several => format!("{} samples", several.len()),
    }
}

/// The updates as rows; `digits` of each number, all of them where there are none.
fn sheet(trace: &Trace, updates: &[Update], digits: Option<usize>) -> Sheet {
    let titles = ["update", "pass", "sample", "loss before"].map(String::from);
    let mut sheet = Sheet::new(titles.into_iter().chain(trace.names.iter().cloned()), 0);
    let text = |value: f64| match digits {
        Some(digits) => number(value, digits),
        None => value.to_string(),
    };
    let row = |update: String, pass: String, samples: String, loss: String, values: &[f64]| {
        let before = [update, pass, samples, loss];
        before
            .into_iter()
            .chain(values.iter().map(|&value| text(value)))
            .collect::<Vec<_>>()
    };
    let none = String::new;
    sheet.add(row("0".into(), none(), none(), none(), &trace.initial));
    for update in updates {
        sheet.add(row(
            update.number.to_string(),
            update.pass.to_string(),
            shown(&update.samples),
            text(update.loss),
            &update.parameters,
        ));
    }
    sheet
}

fn show(prepared: &PreparedNetwork, trace: &Trace, most: usize) {
    let first = &trace.updates[..trace.updates.len().min(most)];
    output::line(sheet(trace, first, Some(4)).terminal());
    if first.len() < trace.changes {
        let (left, last) = (trace.changes - first.len(), trace.updates.last());
        output::line(format!(
            "... and {left} more updates (--updates shows more)"
        ));
        if let Some(last) = last {
            let values: Vec<String> = last.parameters.iter().map(|&v| number(v, 4)).collect();
            output::line(format!("update {}: {}", last.number, values.join(" ")));
        }
    }
    let name = &prepared.config.experiment.name;
    let (changes, passes) = (trace.changes, trace.passes);
    let end = match trace.settled {
        true => "; the last pass changed nothing",
        false => "",
    };
    output::line(format!("{name}: {changes} updates in {passes} passes{end}"));
}

/// Writes `trace.csv`, and `trace.svg` where there is a line to draw.
fn write(prepared: &PreparedNetwork, trace: &Trace, out: &Path) -> Result<(), Failure> {
    let file = out.join("trace.csv");
    let csv = sheet(trace, &trace.updates, None).csv();
    let csv = csv.map_err(|error| Failure::Run(files::told(&file, &error)))?;
    files::write_file(&file, &csv)?;
    let mut written = file.display().to_string();
    if picture::has_a_line(prepared) {
        let file = out.join("trace.svg");
        let svg = picture::svg(prepared, trace);
        let svg = svg.map_err(|error| Failure::Run(format!("{}: {error}", file.display())))?;
        files::write_file(&file, svg.as_bytes())?;
        written += &format!(", {}", file.display());
    }
    output::line(format!("written: {written}"));
    Ok(())
}
