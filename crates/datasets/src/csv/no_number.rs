//! What to do about a text where a number should stand, by what its column as a whole suggests.

use spec::datasets::CsvSpec;

use super::dressed::{around, is_date};
use super::meaning::{NoNumber, looks_missing, number};
use super::ragged::{begins_comment, other_delimiter};
use super::table::Table;
use crate::error::{DataError, quoted};

pub(super) const MARKERS: &str = "dataset.csv.missing.markers";

/// Where a number should stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Feature,
    Target,
    Weight,
    Series,
}

/// The error about a text at a row and a column where a number should stand.
pub(super) fn no_number(
    table: &Table,
    place: (usize, usize),
    text: &str,
    spec: &CsvSpec,
    wanted: Wanted,
) -> DataError {
    let column = place.1;
    let (expected, otherwise) = match wanted {
        Wanted::Feature => (
            "a number",
            format!(
                "list {:?} in dataset.csv.categorical or dataset.csv.ignore, or {text:?} in \
                 {MARKERS}",
                table.names[column]
            ),
        ),
        Wanted::Series => ("a number", "correct it, or name a column of numbers".into()),
        Wanted::Weight => (
            "a weight of 0 or more",
            "correct it, or remove the row".into(),
        ),
        Wanted::Target => (
            "a number as target",
            format!(
                "set task = \"classification\" if the target is a class, or list the text in \
                 {MARKERS}"
            ),
        ),
    };
    let remedy = remedy(table, column, text, spec);
    let remedy = match wanted {
        // A series has no gaps and leaves no column out.
        Wanted::Series => remedy.filter(|remedy| !remedy.contains("dataset.csv.")),
        _ => remedy.or_else(|| remedy_if_alone(table, column, text, spec)),
    };
    table.wrong(place, text, expected, remedy.unwrap_or(otherwise))
}

/// What to do about `text` in this column; none where neither explains it.
fn remedy(table: &Table, column: usize, text: &str, spec: &CsvSpec) -> Option<String> {
    let texts = (0..table.height()).map(|row| table.text(row, column));
    let kinds = texts
        .filter(|text| number(text, spec.decimal).is_none())
        .map(|text| NoNumber::of(text, spec.decimal));
    let (mut marks, mut thousands) = (false, false);
    for kind in kinds {
        marks |= kind == NoNumber::OtherMark;
        thousands |= kind == NoNumber::Thousands;
    }
    let (other, what) = match spec.decimal {
        '.' => (",", "commas"),
        _ => (".", "points"),
    };
    let set = format!("set decimal = {other:?}");
    let without = "write numbers without signs between the thousands";
    Some(match NoNumber::of(text, spec.decimal) {
        NoNumber::Missing => as_marker(table, column, text, spec),
        NoNumber::OtherMark if !thousands => format!("for numbers with decimal {what} {set}"),
        NoNumber::OtherMarkOrThousands if marks && !thousands => {
            format!("for numbers with decimal {what} {set}")
        }
        NoNumber::OtherMarkOrThousands if !thousands => {
            format!("{set} if {text:?} has decimals, or {without}")
        }
        NoNumber::OtherMark | NoNumber::OtherMarkOrThousands | NoNumber::Thousands => {
            without.to_string()
        }
        NoNumber::TooLarge => "it is too large: use another unit, or correct it".into(),
        NoNumber::Infinite => format!(
            "a network cannot learn from it: correct it, or {}",
            as_marker(table, column, text, spec)
        ),
        NoNumber::Other => {
            return by_its_signs(column, text, spec).or_else(|| undressed(table, column, text));
        }
    })
}

/// A text that looks as if the value were missing, and all others of the column that do.
fn as_marker(table: &Table, column: usize, text: &str, spec: &CsvSpec) -> String {
    let others = (0..table.height()).map(|row| table.text(row, column));
    let others = others.filter(|text| looks_missing(text));
    markers_with(std::iter::once(text).chain(others), spec)
}

/// The setting that takes these texts for missing values too.
pub(super) fn markers_with<'a>(texts: impl Iterator<Item = &'a str>, spec: &CsvSpec) -> String {
    let mut markers = spec.missing.markers.clone();
    for text in texts {
        if !markers.iter().any(|marker| marker.trim() == text) {
            markers.push(text.into());
        }
    }
    let markers = quoted(&markers);
    format!("if it stands for a missing value, set {MARKERS} = [{markers}]")
}

/// What to do about one text that is no number among many that are.
fn remedy_if_alone(table: &Table, column: usize, text: &str, spec: &CsvSpec) -> Option<String> {
    let texts = || (0..table.height()).filter_map(|row| table.known(row, column));
    let numbers = texts().filter(|text| number(text, spec.decimal).is_some());
    let alone = 2 * numbers.count() > texts().count();
    alone.then(|| {
        let marker = markers_with(std::iter::once(text), spec);
        format!("correct it, or remove the row; {marker}")
    })
}

/// What to do about dates, and about numbers with signs or units around them.
fn undressed(table: &Table, column: usize, text: &str) -> Option<String> {
    if is_date(text) {
        let name = &table.names[column];
        return Some(format!(
            "turn dates and times into numbers, such as days since the first, or list {name:?} in \
             dataset.csv.ignore"
        ));
    }
    let (before, behind) = around(text)?;
    if (before, behind) == ("(", ")") {
        return Some("write a minus sign in place of parentheses".into());
    }
    // Letters are a unit where all numbers have the same.
    let texts = (0..table.height()).map(|row| table.text(row, column));
    let units = texts.filter_map(around).all(|(_, other)| other == behind);
    let signs: Vec<&str> = [before, behind]
        .into_iter()
        .filter(|sign| !sign.is_empty())
        .collect();
    (units || !behind.contains(char::is_alphabetic))
        .then(|| format!("write plain numbers, without {}", quoted(&signs)))
}

fn by_its_signs(column: usize, text: &str, spec: &CsvSpec) -> Option<String> {
    if let Some(comment) = begins_comment(text).filter(|_| column == 0) {
        let comment = comment.to_string();
        return Some(format!(
            "set comment = {comment:?} if lines that begin so are comments"
        ));
    }
    if spec.delimiter == ' '
        && let Some((index, value)) = text.split_once(':')
        && number(index, '.').and(number(value, '.')).is_some()
    {
        return Some(
            "it is an index with its value, as LIBSVM's sparse files have them: write all values \
             of each row"
                .into(),
        );
    }
    // Where a part of it is a number, something else stands between the fields.
    let other =
        other_delimiter(text, spec.delimiter).filter(|other| !matches!(other, ' ' | ','))?;
    let number = |part: &str| {
        let mark = |mark| number(part.trim(), mark).is_some();
        mark('.') || mark(',')
    };
    let parts = text.split(other).filter(|part| number(part)).count();
    (parts > 0).then(|| format!("set delimiter = {:?}", other.to_string()))
}
