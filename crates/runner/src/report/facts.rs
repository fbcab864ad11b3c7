//! What was run, on what data, with what machine and versions.

use crate::page::{Block, Fact, Section};
use crate::record::Record;

/// The run in two sentences.
pub fn in_words(record: &Record) -> String {
    let data = &record.data;
    let held_back = match data.validation_samples {
        0 => String::new(),
        samples => format!(", {samples} for validation"),
    };
    let same = match data.test_is_train {
        true => ", the same",
        false => "",
    };
    format!(
        "Run {} of {} on {}: {} training{held_back} and {} test samples{same}; seed {}; {} \
         parameters. It began at {}.",
        record.run_id,
        record.config_file,
        data.name,
        data.train_samples,
        data.test_samples,
        record.seed,
        record.parameters,
        record.started,
    )
}

/// The section.
pub fn section(record: &Record) -> Section {
    Section::new("run", "What was run")
        .with(Block::Facts(of_run(record)))
        .with(Block::Facts(of_data(record)))
        .with(Block::Facts(of_machine(record)))
}

fn of_run(record: &Record) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("run", format!("{}/{}", record.name, record.run_id)),
        Fact::new("status", record.ending()),
        Fact::new("config file", &record.config_file),
    ];
    let lists = [
        ("--set", &record.overrides),
        ("--unset", &record.unset),
        ("went on at", &record.resumed),
    ];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    facts.extend(lists.map(|(name, list)| Fact::new(name, list.join(", "))));
    facts.extend([
        Fact::new("seed", record.seed),
        Fact::new("parameters that learn", record.parameters),
    ]);
    let fixed = record.fixed_parameters;
    facts.extend((fixed > 0).then(|| Fact::new("parameters that stay", fixed)));
    facts.extend([
        Fact::new("began", &record.started),
        Fact::new("recorded", &record.written),
    ]);
    facts
}

fn of_data(record: &Record) -> Vec<Fact> {
    let data = &record.data;
    let mut facts = vec![
        Fact::new("data", &data.name),
        Fact::new("training samples", data.train_samples),
    ];
    let held_back = data.validation_samples;
    facts.extend((held_back > 0).then(|| Fact::new("validation samples", held_back)));
    facts.push(Fact::new("test samples", data.test_samples));
    let notes = data.notes.iter();
    facts.extend(notes.map(|note| Fact::new("what the loader did", note)));
    facts.push(Fact::new("SHA-256 as prepared", &data.checksum));
    let files = data.files.iter();
    facts.extend(files.map(|(file, sum)| Fact::new(&format!("SHA-256 of {file}"), sum)));
    facts
}

fn of_machine(record: &Record) -> Vec<Fact> {
    let (machine, software) = (&record.machine, &record.software);
    let mut facts = vec![
        Fact::new("processor", &machine.processor),
        Fact::new("cores", machine.cores),
        Fact::new("threads", record.threads),
        Fact::new("vector instructions", &machine.instruction_set),
        Fact::new("memory", megabytes(machine.memory_bytes)),
    ];
    let peak = record.peak_memory_bytes;
    facts.extend(peak.map(|bytes| Fact::new("peak memory", megabytes(bytes))));
    facts.extend([
        Fact::new("system", &machine.system),
        Fact::new("runner", &software.version),
        Fact::new("compiler", &software.rustc),
        Fact::new("profile", &software.profile),
    ]);
    let libraries = software.libraries.iter();
    facts.extend(libraries.map(|(name, version)| Fact::new(name, version)));
    let commit = record.git.as_ref().map(|git| {
        let changed = if git.dirty { ", and changed since" } else { "" };
        format!("{}{changed}", git.commit)
    });
    let commit = commit.unwrap_or_else(|| "unknown".into());
    facts.push(Fact::new("commit", commit));
    facts
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}
