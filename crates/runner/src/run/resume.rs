//! `runner run --resume RUN`: goes on with a run that was cut off.
//!
//! The config is the one in the record, as it ran; the data must be the same. Each trainee
//! goes on from its checkpoint, and begins again where there is none.

use super::{Begun, tables};
use crate::cli::RunArguments;
use crate::machine::Machine;
use crate::memory::Purpose;
use crate::prepare::Prepared;
use crate::record::{Git, Record, RunFolder, Software, Status, find, now};
use crate::recorded::{config_of, expect_same_data};
use crate::{Failure, implementations, interrupt, output};

/// The run that is meant, ready to go on; none if there is nothing left to do.
pub(super) fn resume(arguments: &RunArguments) -> Result<Option<Begun>, Failure> {
    let run = arguments.config.config.display().to_string();
    let (path, record) = find::unfinished(&run, &arguments.results)?;
    let mut folder = RunFolder::of(path, record.run_id.clone());
    expect_unfinished(&record, &folder)?;
    if record.is_finished() {
        folder.tidy(true);
        let path = folder.path.display();
        output::line(format!(
            "{}\n{path}: this run has finished",
            tables::run(&record)
        ));
        return Ok(None);
    }
    folder.claim()?;
    let config = config_of(&record, &folder.path, &[])?;
    implementations::expect_built_in(&config)?;
    let prepared = Prepared::of(config, Purpose::Training)?;
    expect_same_data(&prepared, &record, &folder.path)?;
    interrupt::install();
    folder.tidy(false);
    output::line(prepared.summary());
    output::line(format!("goes on with {}", folder.path.display()));
    if let Some(other) = other_program(&record) {
        output::line(format!(
            "note: {other}: the weights may differ from those of an uninterrupted run"
        ));
    }
    let threads = prepared.threads();
    let mut record = Record {
        status: Status::Running,
        message: None,
        threads,
        machine: Machine::here(),
        software: Software::here(),
        git: Git::here(),
        ..record
    };
    record.resumed.push(now());
    Ok(Some(Begun {
        prepared,
        folder,
        record,
        threads,
    }))
}

/// A run that failed for a reason of its own would fail again.
fn expect_unfinished(record: &Record, folder: &RunFolder) -> Result<(), Failure> {
    let can_go_on = match record.status {
        Status::Running | Status::Interrupted | Status::NotSaved | Status::Finished => true,
        Status::Diverged | Status::GradientsDisagree | Status::NotFinite => false,
    };
    if can_go_on {
        return Ok(());
    }
    let (path, ending) = (folder.path.display(), record.ending());
    Err(Failure::Input(format!(
        "{path}: this run was not cut off, it failed ({ending}); change its config and run that"
    )))
}

/// Whether something else computes than did before, in words.
fn other_program(record: &Record) -> Option<String> {
    let (software, machine) = (Software::here(), Machine::here());
    let commit = |git: Option<&Git>| git.map(|git| git.commit.clone());
    if software != record.software || commit(Git::here().as_ref()) != commit(record.git.as_ref()) {
        return Some("another version of the program goes on with this run".into());
    }
    (machine.processor != record.machine.processor)
        .then(|| "another processor goes on with this run".into())
}
