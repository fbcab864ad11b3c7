//! Why the bits of two runs of one config may differ: what of program and machine is not the same.

use std::path::Path;

use backprop::InstructionSet;

use crate::record::{Git, Record};

/// What differs from the record in `folder`, the most likely cause first, and what would bring the
/// old bits back.
pub fn of(before: &Record, after: &Record, folder: &Path) -> String {
    let mut causes = Vec::new();
    if after.overrides.len() > before.overrides.len() {
        causes.push("--set changed the config".into());
    }
    if before.data.checksum != after.data.checksum {
        causes.push("other data".into());
    }
    let was = before.machine.instruction_set.as_str();
    let is = after.machine.instruction_set.as_str();
    if was.is_empty() {
        causes.push("the record does not say which vector instructions it used".into());
    } else if was != is {
        causes.push(format!("other vector instructions ({was}, now {is})"));
    }
    causes.extend(program(before, after));
    causes.extend(machine(before, after));
    let remedy = match was.is_empty() || was == is {
        true => None,
        false => Some(remedy(was, folder)),
    };
    let causes = match causes.is_empty() {
        true => "program and machine are recorded as the same: by hand this must not happen, burn \
                 may add in another order each time"
            .into(),
        false => format!("likely cause: {}", causes.join("; ")),
    };
    [Some(causes), remedy]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}

/// How to compute with the vector instructions of the record.
fn remedy(was: &str, folder: &Path) -> String {
    let mut available = InstructionSet::available();
    let run = folder.display();
    match available.any(|set| set.name() == was) {
        true => format!(
            "to compute as the record did: runner rerun {run} --set training.instruction_set={was}"
        ),
        false => format!("this processor does not have {was}: repeat it on one that has"),
    }
}

fn program(before: &Record, after: &Record) -> Vec<String> {
    let (old, new) = (&before.software, &after.software);
    let mut causes = Vec::new();
    let mut differ = |what: &str, old: &str, new: &str| {
        if old != new {
            causes.push(format!("another {what} ({old}, now {new})"));
        }
    };
    differ("version", &old.version, &new.version);
    differ("compiler", &old.rustc, &new.rustc);
    differ("profile", &old.profile, &new.profile);
    let names = old.libraries.keys().chain(new.libraries.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort();
    names.dedup();
    for name in names {
        let version = |libraries: &std::collections::BTreeMap<String, String>| {
            libraries
                .get(name)
                .cloned()
                .unwrap_or_else(|| "none".into())
        };
        differ(name, &version(&old.libraries), &version(&new.libraries));
    }
    if let (Some(old), Some(new)) = (&before.git, &after.git) {
        differ("commit", short(old), short(new));
        let dirty = |git: &Git| git.dirty;
        if old.commit == new.commit && (dirty(old) || dirty(new)) {
            causes.push("sources changed since the commit".into());
        }
    }
    causes
}

fn machine(before: &Record, after: &Record) -> Vec<String> {
    let (old, new) = (&before.machine, &after.machine);
    let mut causes = Vec::new();
    for (what, old, new) in [
        ("processor", &old.processor, &new.processor),
        ("system", &old.system, &new.system),
    ] {
        if old != new {
            causes.push(format!("another {what} ({old}, now {new})"));
        }
    }
    let (old, new) = (before.threads, after.threads);
    if old != new {
        causes.push(format!(
            "{old} threads, now {new}, which changes no bit by hand but may in burn"
        ));
    }
    causes
}

/// The beginning of a commit's hash.
fn short(git: &Git) -> &str {
    git.commit.get(..10).unwrap_or(&git.commit)
}
