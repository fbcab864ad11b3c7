//! `runner run`: data, gradient check, training of every implementation side by side, record.

use std::collections::BTreeMap;

use crate::cli::RunArguments;
use crate::machine::{self, Machine};
use crate::memory::Purpose;
use crate::prepare::Prepared;
use crate::record::{DataRecord, Early, Git, Record, RunFolder, Software, Status, Trained, now};
use crate::training::{FIRST_LOSSES, Row, Training, rows};
use crate::{Failure, files, implementations, interrupt, output, record, tables};

/// Trains a config and records it.
///
/// # Errors
/// [`Failure::Input`] for what is wrong with the input, before anything is trained;
/// [`Failure::Run`] when gradients disagree or a loss diverges.
pub fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let config = arguments.config.read()?;
    implementations::expect_built_in(&config)?;
    let prepared = Prepared::of(config, Purpose::Training)?;
    let experiment = &prepared.config.experiment;
    if let Some(file) = &arguments.picture {
        files::expect_writable(file)?;
    }
    interrupt::install();
    let time = chrono::Utc::now();
    let folder = RunFolder::create(&arguments.results, &experiment.name, time)?;
    output::line(prepared.summary());
    let threads = machine::threads(&experiment.training);
    let record = new_record(&prepared, &folder, threads);
    let (record, outcome) = machine::in_pool(threads, || {
        let begun = Training::new(&prepared, &folder, record);
        let mut training = begun.inspect_err(|_| folder.discard())?;
        let outcome = training.gradient_check().and_then(|()| training.train());
        Ok::<_, Failure>((training.record, outcome))
    })??;
    // What was learned is shown, too, where it could not be saved.
    if matches!(record.status, Status::Finished | Status::NotSaved) {
        let table = tables::run(&record).to_string();
        output::line(format!("{table}\n{}", closing_lines(&record, &folder)));
        if let (Some(file), Ok(())) = (&arguments.picture, &outcome) {
            tables::draw(&table, file)?;
        }
    }
    outcome?;
    output::finished().map_err(|lost| {
        let folder = folder.path.display();
        Failure::Run(format!("{lost}; the record is in {folder}"))
    })
}

/// What stands below the table.
fn closing_lines(record: &Record, folder: &RunFolder) -> String {
    let mut lines: Vec<String> = record.implementations.iter().filter_map(ending).collect();
    for (name, gap) in &record.largest_loss_gap {
        lines.push(format!(
            "largest loss difference to {name} in the first {FIRST_LOSSES} steps: {gap:.1e}"
        ));
    }
    if let Some(bytes) = record.peak_memory_bytes {
        lines.push(format!("peak memory: {} MB", bytes / 1_000_000));
    }
    lines.push(format!("record: {}", folder.path.display()));
    lines.join("\n")
}

/// How the training of a row ended, where that was not after its last epoch.
fn ending(trained: &Trained) -> Option<String> {
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
        Some(Early::Patience) => Some("the validation loss did not fall any more"),
        Some(Early::Plateau) => Some("the training loss did not change any more"),
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
        implementations: rows(experiment).iter().map(Row::trained).collect(),
    }
}
