//! One of the four files is missing: what lies there instead tells what to do.

use super::STEMS;
use super::names::{matching, plain};
use crate::error::{DataError, quoted};
use crate::folders::{Entry, Folder};

/// The error for the file with one of the names `stems`, of which there is none in `folder`.
pub(super) fn error(
    folder: &Folder,
    entries: &[Entry],
    prefix: &str,
    stems: &[&str],
    key: Option<&'static str>,
) -> DataError {
    let forms = |stem: &&str| [format!("{prefix}{stem}"), format!("{prefix}{stem}.gz")];
    let names: Vec<String> = stems.iter().flat_map(forms).collect();
    let remedy = match key {
        Some(_) => remedy(folder, entries, prefix, stems),
        None => "set dataset.mnist.path: the MNIST of the workspace is found from its root".into(),
    };
    DataError::NotFound {
        what: format!("{} in folder {}", names[0], folder.path.display()),
        looked: names.join(", "),
        remedy,
        key,
    }
}

fn remedy(folder: &Folder, entries: &[Entry], prefix: &str, stems: &[&str]) -> String {
    let set_path = |name: std::path::PathBuf| {
        let name = name.display();
        format!("the files lie in \"{name}\": set dataset.mnist.path = \"{name}\"")
    };
    other_prefix(entries, stems)
        .or_else(|| similar(folder, entries, prefix, stems))
        .or_else(|| folder.nearby(holds_all).map(set_path))
        .or_else(|| others(entries, prefix, stems))
        .or_else(|| folder.clue(entries))
        .unwrap_or_else(|| {
            "set dataset.mnist.path to the folder that holds the four files, and \
             dataset.mnist.prefix to what their names begin with"
                .into()
        })
}

/// Files of that name that begin otherwise.
fn other_prefix(entries: &[Entry], stems: &[&str]) -> Option<String> {
    let prefixes: Vec<&str> = entries
        .iter()
        .filter_map(|entry| prefix_of(entry, stems))
        .collect();
    match prefixes.as_slice() {
        [] => None,
        [""] => Some("files there have no prefix: leave dataset.mnist.prefix out".into()),
        [prefix] => Some(format!(
            "files there begin with {prefix:?}: set dataset.mnist.prefix"
        )),
        several => Some(format!(
            "files there begin with {}: set dataset.mnist.prefix to one of them",
            quoted(several)
        )),
    }
}

/// What stands before one of the names.
fn prefix_of<'a>(entry: &'a Entry, stems: &[&str]) -> Option<&'a str> {
    let written = plain(&entry.name);
    let stem = stems.iter().find(|stem| written.ends_with(**stem))?;
    // Small letters are as long as large ones, and only the end was cut.
    entry.name.get(..written.len() - stem.len())
}

/// A file that must be it but for its name: an unfinished download, a second copy, another type.
fn similar(folder: &Folder, entries: &[Entry], prefix: &str, stems: &[&str]) -> Option<String> {
    const UNFINISHED: [&str; 5] = [".part", ".crdownload", ".download", ".tmp", ".partial"];
    let name = format!("{prefix}{}", stems[0]);
    let begin = |stem: &&str| stem.rsplitn(3, '-').last().unwrap_or_default().to_string();
    let begins: Vec<String> = stems.iter().map(begin).collect();
    let near = |entry: &&Entry| {
        let written = entry.name.to_lowercase().replace('_', "-");
        !entry.is_dir && begins.iter().any(|begin| written.contains(begin.as_str()))
    };
    let near = entries.iter().find(near)?;
    let there = &near.name;
    if UNFINISHED.iter().any(|ending| there.ends_with(ending)) {
        return Some(format!(
            "the download of {there} is not finished: wait, or download it again"
        ));
    }
    if let Some(remedy) = folder.packed_or_other(near) {
        return Some(remedy);
    }
    Some(format!(
        "{there} lies there: if it is that IDX file, name it {name}"
    ))
}

/// The files that are there while this one is not.
fn others(entries: &[Entry], prefix: &str, stems: &[&str]) -> Option<String> {
    let found = |other: &&&[&str]| **other != stems && matching(entries, prefix, other).is_some();
    let found: Vec<&str> = STEMS.iter().filter(found).map(|other| other[0]).collect();
    let plural = if found.len() == 1 { "is" } else { "are" };
    (!found.is_empty()).then(|| {
        format!(
            "{} {plural} there: put the missing ones of the four files beside",
            quoted(&found)
        )
    })
}

/// Whether a folder holds all four files, whatever their prefix.
fn holds_all(entries: &[Entry]) -> bool {
    STEMS.iter().all(|stems| {
        let mut entries = entries.iter();
        entries.any(|entry| prefix_of(entry, stems).is_some())
    })
}
