//! `runner speedrun`: the time to accuracy, over several seeds, each in a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use datasets::statistics::median;
use serde::Deserialize;
use spec::measures::{Measure, Metric, Part};

use crate::cli::SpeedrunArguments;
use crate::files::write_file;
use crate::numbers::percent;
use crate::record::Record;
use crate::sheet::Sheet;
use crate::{Failure, files, interrupt, output};

/// What a seed needed.
#[derive(Debug)]
struct Measured {
    seed: u64,
    /// Test accuracy after the last epoch.
    accuracy: f64,
    /// From the start of the process to its end.
    seconds: f64,
    /// Of these, training.
    training: f64,
}

/// What a file in `experiments/` asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Speedrun {
    /// Heading of the table.
    title: String,
    /// The config that every run takes.
    config: PathBuf,
    /// One run for each.
    seeds: Vec<u64>,
    /// Test accuracy that every run must reach.
    accuracy: f64,
    /// Seconds that no run may exceed.
    seconds: f64,
}

/// Runs all seeds, prints the table and writes it.
///
/// # Errors
/// When the file is wrong, a run fails, or a demand is not held (exit code 1).
pub fn speedrun(arguments: &SpeedrunArguments) -> Result<(), Failure> {
    let speedrun = read(&arguments.experiment)?;
    if let Some(file) = &arguments.write {
        files::expect_writable(file)?;
    }
    interrupt::install();
    let mut runs: Vec<(Measured, Record)> = Vec::new();
    for &seed in &speedrun.seeds {
        let run = measure(&speedrun.config, seed)?;
        let Measured {
            accuracy, seconds, ..
        } = run.0;
        output::line(format!(
            "seed {seed}: {} % after {seconds:.2} s",
            percent(accuracy, 2)
        ));
        runs.push(run);
    }
    let (measured, records): (Vec<Measured>, Vec<Record>) = runs.into_iter().unzip();
    output::line(sheet(&measured).terminal());
    if let Some(file) = &arguments.write {
        let bytes = match file.extension().is_some_and(|ending| ending == "csv") {
            true => {
                (sheet(&measured).csv()).map_err(|error| Failure::Run(files::told(file, &error)))?
            }
            false => {
                let experiment = &arguments.experiment;
                markdown(&speedrun, experiment, file, &measured, &records[0]).into_bytes()
            }
        };
        write_file(file, &bytes)?;
    }
    let missed: Vec<String> = measured
        .iter()
        .filter(|run| run.accuracy < speedrun.accuracy || run.seconds > speedrun.seconds)
        .map(|run| run.seed.to_string())
        .collect();
    match missed.is_empty() {
        true => Ok(()),
        false => Err(Failure::Run(format!(
            "not held by seed {}: accuracy at least {} within {} s",
            missed.join(", "),
            speedrun.accuracy,
            speedrun.seconds
        ))),
    }
}

fn read(file: &Path) -> Result<Speedrun, Failure> {
    let speedrun: Speedrun = spec::config::read_checked(file, |_| Ok(()))?;
    match speedrun.seeds.is_empty() {
        true => Err(Failure::Input(format!(
            "{}:1: seeds: no seed, no run; one or more, e.g. [1, 2, 3]",
            file.display()
        ))),
        false => Ok(speedrun),
    }
}

/// One run in a process of its own. Its record goes to a folder that is gone afterwards.
fn measure(config: &Path, seed: u64) -> Result<(Measured, Record), Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Failure::Run(format!(
            "{}, seed {seed}: {what} ({error})",
            config.display()
        ))
    };
    let program = std::env::current_exe().map_err(|error| failed("no program", &error))?;
    let results = tempfile::tempdir().map_err(|error| failed("no temporary folder", &error))?;
    let start = Instant::now();
    let run = Command::new(program)
        .arg("run")
        .arg(config)
        .arg("--results")
        .arg(results.path())
        .args(["--set", &format!("seed={seed}")])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed("cannot start", &error))?;
    let seconds = start.elapsed().as_secs_f64();
    if interrupt::requested() {
        return Err(Failure::Interrupted(interrupt::cause().into()));
    }
    if !run.status.success() {
        let said = String::from_utf8_lossy(&run.stderr);
        let error = said.lines().find(|line| line.starts_with("error: "));
        let error = error.or(said.lines().last()).unwrap_or("no message");
        return Err(failed("the run failed", &error));
    }
    let record = only_record(results.path())?;
    let missing = || failed("nothing measured", &"the record has no test accuracy");
    let trained = record.implementations.first().ok_or_else(missing)?;
    let last = trained.epochs.last().ok_or_else(missing)?;
    let accuracy = Measure::metric(Part::Test, Metric::Accuracy).key;
    let training = trained.series(&Measure::seconds());
    let measured = Measured {
        seed,
        accuracy: last.get(&accuracy).ok_or_else(missing)?,
        seconds,
        training: training.iter().map(|(_, seconds)| seconds).sum(),
    };
    Ok((measured, record))
}

/// The one record in a folder of results.
fn only_record(results: &Path) -> Result<Record, Failure> {
    let inside = |folder: &Path| {
        let mut entries = std::fs::read_dir(folder).ok()?;
        Some(entries.next()?.ok()?.path())
    };
    let record = inside(results).and_then(|named| inside(&named));
    let missing = || Failure::Run("the run left no record".into());
    Record::read(&record.ok_or_else(missing)?)
}

/// The table with what is needed to repeat it.
fn markdown(
    speedrun: &Speedrun,
    experiment: &Path,
    file: &Path,
    measured: &[Measured],
    record: &Record,
) -> String {
    let seconds: Vec<f64> = measured.iter().map(|run| run.seconds).collect();
    let commit = record.git.as_ref().map_or("unknown", |git| &git.commit);
    format!(
        "# {title}\n\n\
         Generated by `runner speedrun {experiment} --write {file}`. Each seed is a process of its own, \
         measured from its start to its end. Asked for: test accuracy at least {accuracy} within \
         {limit} s.\n\n\
         {table}\n\
         Median {median:.2} s, slowest {slowest:.2} s.\n\n\
         - config: `{config}`\n- commit: {commit}\n- machine: {processor}, {threads} threads\n\
         - date: {date}\n",
        title = speedrun.title,
        experiment = experiment.display(),
        file = file.display(),
        accuracy = speedrun.accuracy,
        limit = speedrun.seconds,
        table = sheet(measured).markdown(),
        median = median(&seconds),
        slowest = seconds.iter().copied().fold(0.0, f64::max),
        config = speedrun.config.display(),
        processor = record.machine.processor,
        threads = record.threads,
        date = record.started.split('T').next().unwrap_or_default(),
    )
}

/// A row for each seed.
fn sheet(measured: &[Measured]) -> Sheet {
    let titles = [
        "seed",
        "test accuracy",
        "seconds in all",
        "of these training",
    ];
    let mut sheet = Sheet::new(titles, 0);
    for run in measured {
        sheet.add([
            run.seed.to_string(),
            format!("{} %", percent(run.accuracy, 2)),
            format!("{:.2}", run.seconds),
            format!("{:.2}", run.training),
        ]);
    }
    sheet
}
