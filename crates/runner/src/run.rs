//! `runner run`: data, gradient check, training of every implementation side by side, record.

mod resume;

use std::collections::BTreeMap;
use std::path::Path;

use learners::Findings;
use spec::measures::Better;

use crate::cli::RunArguments;
use crate::machine::{self, Machine};
use crate::memory::Purpose;
use crate::prepare::Prepared;
use crate::record::{DataRecord, Early, Git, Record, RunFolder, Software, Status, Trained, now};
use crate::training::{FIRST_LOSSES, Training, beginning};
use crate::{
    Failure, files, implementations, interrupt, output, record, report, tables, tensorboard,
};

/// Trains a config and records it, or goes on with a run that was cut off.
///
/// # Errors
/// [`Failure::Input`] for what is wrong with the input, before anything is trained;
/// [`Failure::Run`] when gradients disagree or a loss diverges.
pub fn run(arguments: &RunArguments) -> Result<(), Failure> {
    if let Some(file) = &arguments.picture {
        files::expect_writable(file)?;
    }
    if arguments.while_input_is_open {
        interrupt::when_input_is_closed();
    }
    let begun = match arguments.resume {
        false => {
            let config = arguments.config.read()?;
            implementations::expect_built_in(&config)?;
            let prepared = Prepared::of(config, Purpose::Training)?;
            begin(prepared, &arguments.results)?
        }
        true => match resume::resume(arguments)? {
            Some(begun) => begun,
            None => return Ok(()),
        },
    };
    train(begun, arguments.picture.as_deref(), !arguments.no_report)?;
    Ok(())
}

/// Trains what has begun, shows what was reached, and writes the report where it is asked for; the
/// folder of its record.
///
/// # Errors
/// As [`run`].
pub(crate) fn train(
    begun: Begun,
    picture: Option<&Path>,
    with_report: bool,
) -> Result<RunFolder, Failure> {
    let Begun {
        prepared,
        folder,
        record,
        threads,
    } = begun;
    let (record, outcome) = machine::in_pool(threads, || {
        let new = record.resumed.is_empty();
        let begun = Training::new(&prepared, &folder, record);
        let begun = begun.inspect_err(|_| {
            if new {
                folder.discard();
            }
        });
        let mut training = begun?;
        let outcome = training.gradient_check().and_then(|()| training.train());
        Ok::<_, Failure>((training.record, outcome))
    })??;
    // What was learned is shown, too, where it could not be saved.
    let has_learned = matches!(record.status, Status::Finished | Status::NotSaved);
    if has_learned {
        let table = tables::run(&record).to_string();
        output::line(&table);
        closing_lines(&prepared, &record)
            .iter()
            .for_each(output::line);
        if let (Some(file), Ok(())) = (picture, &outcome) {
            tables::draw(&table, file)?;
        }
    }
    // A folder that is gone is that of a run that could not begin; or it has no room for the
    // record.
    if folder.path.exists() && record.status != Status::NotSaved {
        if prepared.config.experiment.record.tensorboard {
            events(&prepared, &record, &folder);
        }
        if with_report {
            report(prepared, &record, &folder);
        }
    }
    if has_learned {
        output::line(format!("record: {}", folder.path.display()));
    }
    outcome?;
    output::finished().map_err(|lost| {
        let folder = folder.path.display();
        Failure::Run(format!("{lost}; the record is in {folder}"))
    })?;
    Ok(folder)
}

/// Writes event files for TensorBoard.
fn events(prepared: &Prepared, record: &Record, folder: &RunFolder) {
    output::line(match tensorboard::write(&folder.path, record, prepared) {
        Ok(folder) => format!("tensorboard: {}", folder.display()),
        Err(failure) => format!("note: no event files ({failure})"),
    });
}

/// Writes the page of a run that has ended.
fn report(prepared: Prepared, record: &Record, folder: &RunFolder) {
    // Who asks to stop does not want to wait.
    let prepared = match record.status {
        Status::Interrupted => Err(format!(
            "the run was interrupted; `runner report {}` computes it",
            folder.path.display()
        )),
        _ => Ok(prepared),
    };
    output::line(match report::write(&folder.path, record, prepared) {
        Ok(file) => format!("report: {}", file.display()),
        Err(failure) => format!("note: no report ({failure})"),
    });
}

/// A run that can be trained.
pub(crate) struct Begun {
    prepared: Prepared,
    folder: RunFolder,
    record: Record,
    threads: usize,
}

/// A new run, to be recorded in a folder of its own.
///
/// # Errors
/// When the folder cannot be made.
pub(crate) fn begin(prepared: Prepared, results: &Path) -> Result<Begun, Failure> {
    let experiment = &prepared.config.experiment;
    interrupt::install();
    let time = chrono::Utc::now();
    let folder = RunFolder::create(results, &experiment.name, time)?;
    output::line(prepared.summary());
    let threads = prepared.threads();
    let record = new_record(&prepared, &folder, threads);
    Ok(Begun {
        prepared,
        folder,
        record,
        threads,
    })
}

/// What stands below the table.
fn closing_lines(prepared: &Prepared, record: &Record) -> Vec<String> {
    let ended = record.implementations.iter();
    let ended = ended.filter_map(|trained| ending(trained, prepared));
    let mut lines: Vec<String> = ended.collect();
    for trained in &record.implementations {
        let findings = trained.findings.iter();
        lines.extend(findings.map(findings_in_words));
        let warnings = trained.warnings.iter();
        lines.extend(warnings.map(|warning| format!("note: {warning}")));
    }
    for (name, gap) in &record.largest_loss_gap {
        lines.push(format!(
            "largest loss difference to {name} in the first {FIRST_LOSSES} steps: {gap:.1e}"
        ));
    }
    if let Some(bytes) = record.peak_memory_bytes {
        lines.push(format!("peak memory: {} MB", bytes / 1_000_000));
    }
    lines
}

/// A table of a learner's findings, if it fits on a screen.
fn findings_in_words(found: &Findings) -> String {
    const ROWS: usize = 40;
    match found.rows.len() {
        rows if rows > ROWS => format!("{rows} rows of \"{}\": in record.json", found.title),
        _ => tables::findings(found).to_string(),
    }
}

/// How the training of a row ended, where that was not after its last epoch.
fn ending(trained: &Trained, prepared: &Prepared) -> Option<String> {
    let mut parts = Vec::new();
    let of_epoch = |epoch: usize| trained.epochs.get(epoch - 1);
    let kept = trained.kept.as_ref().map(|kept| kept.best_epoch);
    if let Some(run) = kept.and_then(of_epoch).and_then(|epoch| epoch.run) {
        parts.push(format!("run {run} was the best"));
    }
    if trained.diverged_runs > 0 {
        parts.push(format!("diverged runs: {}", trained.diverged_runs));
    }
    let why = match trained.stopped_early {
        None => None,
        Some(Early::Patience) => Some(no_longer_better(prepared)),
        Some(Early::Plateau) => Some("the training loss did not change any more".into()),
    };
    if let Some(why) = why {
        let epochs = match parts.is_empty() {
            true => format!("stopped after epoch {}", trained.epochs.len()),
            false => "it stopped early".into(),
        };
        parts.push(format!("{epochs}: {why}"));
    }
    let name = &trained.implementation;
    (!parts.is_empty()).then(|| format!("{name}: {}", parts.join("; ")))
}

/// Why early stopping ended a training.
fn no_longer_better(prepared: &Prepared) -> String {
    let network = prepared.config.experiment.network();
    let patience = network.and_then(|network| network.training.stopping.patience.as_ref());
    let mut measures = prepared.measures().into_iter();
    let measure = measures.find(|measure| patience.is_some_and(|p| p.measure == measure.key));
    let (title, moved) = match &measure {
        Some(measure) if measure.better == Some(Better::Higher) => (measure.title(), "rise"),
        Some(measure) => (measure.title(), "fall"),
        None => ("measure".into(), "improve"),
    };
    format!("the {title} did not {moved} any more")
}

fn new_record(prepared: &Prepared, folder: &RunFolder, threads: usize) -> Record {
    let experiment = &prepared.config.experiment;
    let dataset = &prepared.dataset;
    let files = dataset
        .sources
        .iter()
        .map(|s| (s.name.clone(), s.sha256.clone()));
    Record {
        format: record::FORMAT,
        name: experiment.name.clone(),
        run_id: folder.run_id.clone(),
        status: Status::Running,
        message: None,
        started: now(),
        resumed: Vec::new(),
        written: now(),
        seed: experiment.seed,
        config_file: prepared.config.file.display().to_string(),
        overrides: prepared.config.overrides.set.clone(),
        unset: prepared.config.overrides.unset.clone(),
        config: prepared.config.resolved(),
        data: DataRecord {
            name: dataset.name.clone(),
            train_samples: prepared.train_rows.len(),
            validation_samples: prepared.validation_rows.len(),
            test_samples: dataset.test.len(),
            test_is_train: dataset.test_is_train,
            checksum: dataset.checksum.clone(),
            files: files.collect(),
            notes: dataset.notes.clone(),
        },
        parameters: prepared.parameters().learned,
        fixed_parameters: prepared.parameters().fixed,
        threads,
        machine: Machine::here(),
        software: Software::here(),
        git: Git::here(),
        peak_memory_bytes: None,
        gradients_agree: None,
        largest_loss_gap: BTreeMap::new(),
        measures: prepared.measures(),
        initial: BTreeMap::new(),
        implementations: beginning(prepared),
    }
}
