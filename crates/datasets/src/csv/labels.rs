//! The texts of the target: renamed as the config says, and classes looked at for several spellings
//! and for missing values.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use spec::datasets::CsvSpec;
use spec::error::nearest;

use super::meaning::{looks_missing, number};
use super::no_number::markers_with;
use super::table::Table;
use crate::error::{DataError, quoted};

const RENAME: &str = "dataset.csv.rename";

/// How many texts a message proposes to rename.
const SHOWN: usize = 12;

/// Renames texts of the target, before anything is taken for missing.
///
/// # Errors
///
/// When a text that is to be renamed is not there.
pub(super) fn rename(table: &mut Table, column: usize, spec: &CsvSpec) -> Result<(), DataError> {
    let rename = spec
        .rename
        .iter()
        .map(|(from, to)| (from.trim(), to.trim()));
    let rename: BTreeMap<&str, &str> = rename.collect();
    let mut absent = rename.clone();
    let mut renamed = Vec::new();
    for row in 0..table.height() {
        let text = table.text(row, column);
        absent.remove(text);
        renamed.extend(rename.get(text).map(|to| (row, *to)));
    }
    if let Some(text) = absent.keys().next() {
        return Err(nothing_to_rename(text, table, column));
    }
    for (row, to) in renamed {
        table.rename(row, column, to);
    }
    Ok(())
}

fn nothing_to_rename(text: &str, table: &Table, column: usize) -> DataError {
    let texts = (0..table.height()).map(|row| table.text(row, column));
    let texts = super::stats::sorted_names(texts.filter(|text| !text.is_empty()));
    let name = &table.names[column];
    let problem = format!(
        "no row of {} has {text:?} in column {name:?}",
        table.files.join(" or ")
    );
    let remedy = match nearest(text, texts.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}? It has {}", quoted(&texts)),
        None => format!("it has {}", quoted(&texts)),
    };
    DataError::setting(RENAME, problem, remedy)
}

/// Checks classes that nobody told of: missing values, and one class in several spellings.
pub(super) fn check_classes(
    labels: &[Option<String>],
    table: &Table,
    column: usize,
    spec: &CsvSpec,
) -> Result<(), DataError> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels.iter().flatten() {
        *counts.entry(label).or_default() += 1;
    }
    let told = |label: &str| spec.rename.values().any(|name| name.trim() == label);
    let plus_and_minus = counts.contains_key("+");
    let seems_missing =
        |label: &str| looks_missing(label) && !told(label) && !(label == "-" && plus_and_minus);
    let missing = |label: &Option<String>| label.as_deref().is_some_and(seems_missing);
    if let Some(row) = labels.iter().position(missing) {
        let text = labels[row].as_deref().unwrap_or_default();
        let all = counts.keys().copied().filter(|label| seems_missing(label));
        let remedy = format!(
            "{}; if it is a class, set {RENAME} = {{ {text:?} = {text:?} }}",
            markers_with(all, spec)
        );
        return Err(table.wrong((row, column), text, "a class", remedy));
    }
    let mut spellings: BTreeMap<String, Vec<(&str, usize)>> = BTreeMap::new();
    for (label, count) in counts {
        spellings
            .entry(plain(label, spec))
            .or_default()
            .push((label, count));
    }
    let own = |label: &str| {
        spec.rename
            .iter()
            .any(|(from, to)| from == to && to.trim() == label)
    };
    let groups: Vec<_> = spellings
        .into_values()
        .filter(|group| group.iter().filter(|(label, _)| !own(label)).count() > 1)
        .collect();
    match groups.is_empty() {
        true => Ok(()),
        false => Err(several_spellings(
            &groups,
            &table.names[column],
            &table.files,
            spec,
        )),
    }
}

/// What is left of a label without case, dots behind it, marks around it, signs between words, and
/// other ways to write a number.
fn plain(label: &str, spec: &CsvSpec) -> String {
    if let Some(value) = number(label, spec.decimal).or_else(|| number(label, '.')) {
        // -0 is 0 too.
        return (value + 0.0).to_string();
    }
    let inner = |mark| label.strip_prefix(mark)?.strip_suffix(mark);
    let label = ['\'', '"', '`']
        .into_iter()
        .find_map(inner)
        .unwrap_or(label);
    let between = |c: char| c.is_whitespace() || matches!(c, '-' | '_');
    let mut words: Vec<&str> = label.split(between).collect();
    let wordy = |word: &&str| {
        let mut ends = word.chars().take(1).chain(word.chars().next_back());
        !word.is_empty() && ends.all(char::is_alphanumeric)
    };
    // "A-" is not "A".
    if !words.iter().all(wordy) {
        words = label.split_whitespace().collect();
    }
    let label = words.join(" ").to_lowercase();
    match label.trim_end_matches(['.', ' ']) {
        "" => label,
        bare => bare.into(),
    }
}

/// Proposes the most frequent spelling of each class, the shortest of several.
fn several_spellings(
    groups: &[Vec<(&str, usize)>],
    name: &str,
    files: &[String],
    spec: &CsvSpec,
) -> DataError {
    let mut rename: Vec<(String, String)> = spec
        .rename
        .iter()
        .map(|(from, to)| (from.clone(), to.clone()))
        .collect();
    let mut listed = Vec::new();
    for group in groups.iter().take(SHOWN) {
        let counted = group
            .iter()
            .map(|(label, count)| format!("{label:?} ({count})"));
        listed.push(counted.collect::<Vec<_>>().join(" and "));
        let Some((usual, _)) = group
            .iter()
            .rev()
            .max_by_key(|(label, count)| (*count, Reverse(label.len())))
        else {
            continue;
        };
        let others = group.iter().filter(|(label, _)| label != usual);
        rename.extend(others.map(|(label, _)| ((*label).into(), (*usual).into())));
    }
    if groups.len() > SHOWN {
        listed.push(format!("... ({} classes in all)", groups.len()));
    }
    let (files, listed) = (files.join(" and "), listed.join("; "));
    let problem =
        format!("column {name:?} of {files} seems to spell a class in several ways: {listed}");
    let rename: Vec<String> = rename
        .iter()
        .map(|(from, to)| format!("{from:?} = {to:?}"))
        .collect();
    let own = groups
        .first()
        .and_then(|group| group.first())
        .map_or("", |(label, _)| label);
    let remedy = format!(
        "set rename = {{ {} }}, or rename a text to itself ({own:?} = {own:?}) where it is a \
         class of its own",
        rename.join(", ")
    );
    DataError::setting(RENAME, problem, remedy)
}
