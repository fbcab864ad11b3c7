//! The structure of a table: records of equal length, and the line each one begins on.

use ::csv::StringRecord;
use spec::datasets::CsvSpec;

use super::PATH;
use super::header::Header;
use super::keys::{NEW_ROWS, SERIES};
use super::lines::{Format, LineCounter};
use super::quotes::Suspect;
use super::ragged::{Ragged, other_delimiter};
use crate::error::DataError;

/// Records of equal length, without the header.
pub(super) struct Records {
    /// Names of the columns: by index where they have none.
    pub names: Vec<String>,
    /// Columns that the header gives no name.
    pub unnamed: Vec<usize>,
    /// Fields of all records, trimmed.
    pub fields: Vec<StringRecord>,
    /// The line each record begins on, from 1.
    pub lines: Vec<u64>,
    /// What should be told.
    pub notes: Vec<String>,
}

impl Records {
    /// Checks that every record has as many fields as the first, which names the columns when it
    /// is a header. `key` is the config key that names the file.
    pub fn check(
        text: &str,
        format: Format,
        spec: &CsvSpec,
        (file, key): (&str, &'static str),
    ) -> Result<Self, DataError> {
        let (mut fields, mut lines) = read(text, format, spec, file)?;
        let Some(width) = fields.first().map(StringRecord::len) else {
            let found = match text.trim().is_empty() {
                true => "an empty file",
                false => "nothing but comments",
            };
            return Err(no_rows(
                found,
                "check the path, or write the table again",
                file,
            ));
        };
        let table = Ragged {
            fields: &fields,
            lines: &lines,
            format,
            file,
        };
        let may_be_one = key == SERIES.path || key == NEW_ROWS;
        if width == 1 && !(may_be_one && is_one_column(&fields, format)) {
            return Err(table.single_column());
        }
        if let Some(row) = fields.iter().position(|record| record.len() != width) {
            return Err(table.wrong(row, spec.header != Some(false)));
        }
        let (first, line) = (&fields[0], lines[0]);
        let header = Header {
            first,
            rows: &fields[1..],
            line,
            lines: &lines[1..],
            file,
            key,
        };
        let notes = header.check(spec)?.into_iter().collect();
        let mut names: Vec<String> = (0..width).map(|index| index.to_string()).collect();
        let mut unnamed = Vec::new();
        if spec.header != Some(false) {
            unnamed = name(&mut names, first, line, file)?;
            fields.remove(0);
            lines.remove(0);
        }
        if fields.is_empty() {
            let remedy = "add rows, or set header = false if this line is data";
            return Err(no_rows("only a header", remedy, file));
        }
        Ok(Self {
            names,
            unnamed,
            fields,
            lines,
            notes,
        })
    }
}

/// All records that are more than spaces, and their lines. Of those that end in doubt the
/// quotation marks are checked.
fn read(
    text: &str,
    format: Format,
    spec: &CsvSpec,
    file: &str,
) -> Result<(Vec<StringRecord>, Vec<u64>), DataError> {
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(format.delimiter)
        .comment(format.comment)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut counter = LineCounter::new(text, format);
    let (mut records, mut lines) = (Vec::new(), Vec::new());
    let mut suspects = Vec::new();
    let mut plain = None;
    let mut raw = StringRecord::new();
    let failed = |error: ::csv::Error| unreadable(file, &error.to_string(), PATH);
    while reader.read_record(&mut raw).map_err(failed)? {
        let (line, start) = counter.at(raw.position().map_or(0, ::csv::Position::byte));
        let record: StringRecord = raw.iter().map(clean).collect();
        let end = reader.position().byte() as usize;
        let whole = text
            .get(start..end)
            .unwrap_or_default()
            .trim_end_matches('\n');
        if end >= text.len() || whole.contains('\n') {
            let (delimiter, decimal) = (format.delimiter, spec.decimal);
            suspects.push(Suspect {
                text: whole,
                line,
                file,
                delimiter,
                decimal,
            });
        } else if !records.is_empty() && plain.is_none() {
            plain = Some(records.len());
        }
        if record.len() > 1 || !record[0].is_empty() {
            records.push(record);
            lines.push(line);
        }
    }
    let plain = plain.and_then(|row| records.get(row));
    suspects
        .iter()
        .try_for_each(|suspect| suspect.check(plain))?;
    Ok((records, lines))
}

/// A field without surrounding white space, nor quotation marks that had white space before them.
fn clean(field: &str) -> &str {
    let field = bare(field);
    let inner = field.strip_prefix('"').and_then(|f| f.strip_suffix('"'));
    inner.map_or(field, bare)
}

/// Without white space around it, not even that of no width.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'))
}

/// Takes the names that the header has, which must differ; the columns that it does not name.
fn name(
    names: &mut [String],
    header: &StringRecord,
    line: u64,
    file: &str,
) -> Result<Vec<usize>, DataError> {
    let mut unnamed = Vec::new();
    for (index, name) in header.iter().enumerate() {
        if name.is_empty() {
            unnamed.push(index);
            continue;
        }
        if let Some(before) = header.iter().take(index).position(|other| other == name) {
            return Err(DataError::Content {
                file: file.into(),
                place: format!("line {line}"),
                found: format!("the name {name:?} for columns {before} and {index}"),
                expected: "a different name for every column".into(),
                remedy: "rename one of them, or set header = false if this line is data".into(),
            });
        }
        names[index] = name.into();
    }
    Ok(unnamed)
}

fn no_rows(found: &str, remedy: &str, file: &str) -> DataError {
    DataError::Content {
        file: file.into(),
        place: "line 1".into(),
        found: found.into(),
        expected: "a table with at least one row".into(),
        remedy: remedy.into(),
    }
}

/// A file that one of the readers gives up on.
pub(super) fn unreadable(file: &str, problem: &str, key: &'static str) -> DataError {
    DataError::Unreadable {
        file: file.into(),
        problem: format!("cannot be read as a table ({problem})"),
        remedy: "check that it is a text file with one row a line".into(),
        key: Some(key),
    }
}

/// Whether the rows have one field each, and nothing in it looks like a sign between several.
fn is_one_column(fields: &[StringRecord], format: Format) -> bool {
    let delimiter = char::from(format.delimiter);
    let mut rows = fields.iter().skip(1);
    rows.all(|row| row.len() == 1 && other_delimiter(&row[0], delimiter).is_none())
}
