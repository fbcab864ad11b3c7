//! Which run is meant: a folder, `name/run-id`, or a name; and which runs there are.
//!
//! A name stands for its newest run by time, and of several of one second for the one that began
//! last: run ids are compared as times and numbers, not as text. Other folders and files in there
//! are passed over. Where the newest run did not finish, it stands for the newest that did.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use spec::error::nearest;

use super::Record;
use crate::Failure;

/// A run that was found.
pub struct Found {
    /// Its folder.
    pub folder: PathBuf,
    /// What is recorded of it.
    pub record: Record,
    /// What is to be said of the choice.
    pub note: Option<String>,
    /// Whether a name was given, which stands for one of several runs.
    pub by_name: bool,
}

/// The run that is meant.
///
/// # Errors
/// When there is none, or its record cannot be read.
pub fn find(run: &str, results: &Path) -> Result<Found, Failure> {
    let places = [PathBuf::from(run), results.join(run)];
    for folder in &places {
        if folder.join("record.json").exists() {
            let record = Record::read(folder)?;
            let note = (!record.is_finished()).then(|| {
                let (name, id) = (&record.name, &record.run_id);
                format!("{name}/{id} did not finish ({})", record.ending())
            });
            return Ok(Found {
                folder: folder.clone(),
                record,
                note,
                by_name: false,
            });
        }
    }
    let runs = places.iter().rev().map(|place| runs(place));
    match runs.into_iter().find(|runs| !runs.is_empty()) {
        Some(runs) => newest(run, &runs),
        None => Err(nothing_there(run, results)),
    }
}

/// The run that is meant by one who wants to go on with it: its folder and record. A name stands
/// for its newest run that did not finish, or for the newest if all did.
pub fn unfinished(run: &str, results: &Path) -> Result<(PathBuf, Record), Failure> {
    let places = [PathBuf::from(run), results.join(run)];
    let is_run = |folder: &&PathBuf| folder.join("record.json").exists();
    if let Some(folder) = places.iter().find(is_run) {
        return Ok((folder.clone(), Record::read(folder)?));
    }
    let folders = places.iter().rev().flat_map(|place| runs(place));
    let mut newest = None;
    for folder in folders.filter(|folder| is_run(&folder)) {
        let record = Record::read(&folder)?;
        if !record.is_finished() {
            return Ok((folder, record));
        }
        newest.get_or_insert((folder, record));
    }
    newest.ok_or_else(|| nothing_there(run, results))
}

/// The newest run that finished; where none did, the newest.
fn newest(name: &str, runs: &[PathBuf]) -> Result<Found, Failure> {
    let found = |folder: &Path, record, note| Found {
        folder: folder.into(),
        record,
        note,
        by_name: true,
    };
    let mut unfinished: Option<(&Path, Record)> = None;
    let mut unrecorded = None;
    for folder in runs {
        if !folder.join("record.json").exists() {
            unrecorded.get_or_insert(folder);
            continue;
        }
        let record = Record::read(folder)?;
        if record.is_finished() {
            let id = id(folder);
            let note = match (&unfinished, unrecorded) {
                (Some((_, newest)), _) => Some(format!("{} ({})", newest.run_id, newest.ending())),
                (None, Some(newest)) => Some(format!("{} (it left no record)", self::id(newest))),
                (None, None) => None,
            };
            let note = note.map(|newest| {
                format!("the newest run of {name} did not finish, {newest}; shown is {id}")
            });
            return Ok(found(folder, record, note));
        }
        unfinished.get_or_insert((folder, record));
    }
    match unfinished {
        Some((folder, record)) => {
            let (id, ending) = (&record.run_id, record.ending());
            let note = format!("no run of {name} finished; shown is the newest, {id} ({ending})");
            Ok(found(folder, record, Some(note)))
        }
        None => Err(Failure::Input(format!(
            "{name}: none of its runs left a record; run its config again"
        ))),
    }
}

/// The folders of all runs of these names, or of every name where none is given, the oldest first.
///
/// # Errors
/// When there is no run of a name, or none at all.
pub fn all(names: &[String], results: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found: Vec<PathBuf> = match names {
        [] => folders(results).iter().flat_map(|f| runs(f)).collect(),
        _ => Vec::new(),
    };
    for name in names {
        let of_name = runs(&results.join(name));
        if of_name.is_empty() {
            return Err(nothing_there(name, results));
        }
        found.extend(of_name);
    }
    if found.is_empty() {
        let shown = results.display();
        return Err(Failure::Input(format!(
            "{shown}: no run is recorded here; {}",
            remedy(results)
        )));
    }
    found.sort_by_cached_key(|folder| (time(&id(folder)), folder.clone()));
    found.dedup();
    Ok(found)
}

/// The folders of a name's runs, the newest first.
pub(crate) fn runs(named: &Path) -> Vec<PathBuf> {
    let mut runs: Vec<_> = folders(named)
        .into_iter()
        .filter_map(|folder| Some((time(&id(&folder))?, folder)))
        .collect();
    runs.sort_by(|a, b| b.cmp(a));
    runs.into_iter().map(|(_, folder)| folder).collect()
}

/// When a run began, and which of that second it is: `20260101T000000Z`, `20260101T000000Z-2`.
fn time(run_id: &str) -> Option<(NaiveDateTime, u64)> {
    let (stamp, number) = match run_id.split_once("Z-") {
        Some((stamp, number)) => (stamp, number.parse().ok()?),
        None => (run_id.strip_suffix('Z')?, 1),
    };
    let time = NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%S").ok()?;
    Some((time, number))
}

fn id(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten();
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    paths.filter(|path| path.is_dir()).collect()
}

/// What is there instead, and which of that may have been meant.
fn nothing_there(run: &str, results: &Path) -> Failure {
    let with_runs = folders(results).into_iter().filter(|f| !runs(f).is_empty());
    let mut there: Vec<String> = with_runs.map(|folder| id(&folder)).collect();
    there.sort();
    // A config's name, or a run id behind a name, is near enough to the name.
    let meant = Path::new(run.split('/').next_back().unwrap_or(run)).file_stem();
    let meant = meant.map_or(run.into(), |stem| stem.to_string_lossy());
    let names = || there.iter().map(String::as_str);
    let near = nearest(run, names()).or_else(|| nearest(&meant, names()));
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let there = match there.is_empty() {
        true => format!("none; {}", remedy(results)),
        false => there.join(", "),
    };
    let results = results.display();
    Failure::Input(format!(
        "{run}: no recorded run of that name in {results}; {near}there are: {there}"
    ))
}

/// What helps where no run is recorded.
fn remedy(results: &Path) -> &'static str {
    match results.is_dir() {
        true => "train a config first: runner run CONFIG",
        false => "there is no such folder: name that of the records with --results",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_run_is_the_last_in_time_and_not_in_the_alphabet() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = "20260101T000000Z";
        let mut names = vec![stamp.to_string(), "20251231T235959Z-12".into()];
        names.extend((2..=11).map(|number| format!("{stamp}-{number}")));
        let foreign = [
            "best",
            "20260101T000000Z-old",
            "29990101T000000",
            "99999999T999999Z",
        ];
        for name in names.iter().map(String::as_str).chain(foreign) {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("20270101T000000Z"), "a file").unwrap();
        let found: Vec<String> = runs(folder.path()).iter().map(|run| id(run)).collect();
        assert_eq!(found.len(), names.len(), "{found:?}");
        assert_eq!(found[0], format!("{stamp}-11"));
        assert_eq!(found[1], format!("{stamp}-10"));
        assert_eq!(found[10], stamp);
        assert_eq!(found[11], "20251231T235959Z-12");
    }
}
