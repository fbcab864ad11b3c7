//! The structure of a table: records of equal length, and the line each one begins on.

use super::PATH;
use crate::error::{DataError, excerpt};

pub(super) const DELIMITER: &str = "dataset.csv.delimiter";

/// UTF-8 without the byte order mark that some programs write first.
pub(super) fn decode<'a>(bytes: &'a [u8], file: &str) -> Result<&'a str, DataError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
        DataError::Content {
            file: file.into(),
            place: format!("line {line}, byte {at}"),
            found: format!("the byte 0x{:02x}", bytes[at]),
            expected: "UTF-8 text".into(),
            remedy: "convert the file to UTF-8".into(),
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Records of equal length, without the header.
pub(super) struct Records {
    pub names: Vec<String>,
    /// Fields of all records, trimmed.
    pub fields: Vec<::csv::StringRecord>,
    /// The line each record begins on, from 1.
    pub lines: Vec<u64>,
}

impl Records {
    /// Checks that every record has as many fields as the first, which names the columns when it
    /// is a header.
    pub fn check(text: &str, delimiter: u8, header: bool, file: &str) -> Result<Self, DataError> {
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut lines = LineCounter::new(text);
        let mut names: Option<Vec<String>> = None;
        let mut records = Vec::new();
        let mut places = Vec::new();
        let mut raw = ::csv::StringRecord::new();
        while reader
            .read_record(&mut raw)
            .map_err(|error| unreadable(file, &error.to_string(), PATH))?
        {
            let line = lines.at(raw.position().map_or(0, ::csv::Position::byte));
            let record: ::csv::StringRecord = raw.iter().map(clean).collect();
            if record.len() == 1 && record[0].is_empty() {
                continue; // a line of spaces
            }
            match &names {
                None => {
                    names = Some(column_names(&record, (header, delimiter, line), file)?);
                    if header {
                        continue;
                    }
                }
                Some(names) if names.len() != record.len() => {
                    return Err(ragged(&raw, names.len(), line, file));
                }
                Some(_) => {}
            }
            records.push(record);
            places.push(line);
        }
        match names {
            Some(names) if !records.is_empty() => Ok(Self {
                names,
                fields: records,
                lines: places,
            }),
            names => Err(no_rows(names.is_some(), file)),
        }
    }
}

/// A field without surrounding white space, nor quotation marks that had white space before them.
fn clean(field: &str) -> &str {
    let field = field.trim();
    let inner = field.strip_prefix('"').and_then(|f| f.strip_suffix('"'));
    inner.map_or(field, str::trim)
}

/// Names from the first record, or its positions when it is not a header.
fn column_names(
    first: &::csv::StringRecord,
    (header, delimiter, line): (bool, u8, u64),
    file: &str,
) -> Result<Vec<String>, DataError> {
    if first.len() == 1 {
        return Err(single_column(&first[0], delimiter, line, file));
    }
    if !header {
        return Ok((0..first.len()).map(|index| index.to_string()).collect());
    }
    let names: Vec<String> = first.iter().map(str::to_string).collect();
    for (index, name) in names.iter().enumerate() {
        if let Some(before) = names[..index].iter().position(|other| other == name) {
            return Err(DataError::Content {
                file: file.into(),
                place: format!("line {line}"),
                found: format!("the name {name:?} for columns {before} and {index}"),
                expected: "a different name for every column".into(),
                remedy: "rename one of them, or set header = false if this line is data".into(),
            });
        }
    }
    Ok(names)
}

/// Points to the delimiter that the line seems to use.
fn single_column(text: &str, delimiter: u8, line: u64, file: &str) -> DataError {
    let other = [',', ';', '\t', '|', ' ']
        .into_iter()
        .find(|&other| other != char::from(delimiter) && text.contains(other));
    let remedy = match other {
        Some(other) => format!("set delimiter = {:?}", other.to_string()),
        None => "set it to the character between the fields of the file".into(),
    };
    let delimiter = char::from(delimiter);
    let problem = format!(
        "{file}, line {line}: found a single column {}, expected features and a target between \
         {delimiter:?}",
        excerpt(text)
    );
    DataError::setting(DELIMITER, problem, remedy)
}

fn ragged(record: &::csv::StringRecord, expected: usize, line: u64, file: &str) -> DataError {
    let count = record.len();
    // A quotation mark without its partner swallows line ends.
    let remedy = if record.iter().any(|field| field.contains('\n')) {
        "close the quotation mark that opens in this row"
    } else if count < expected {
        "add what is missing, or remove the row"
    } else {
        "put quotation marks around a field that contains the delimiter, or remove the extra ones"
    };
    DataError::Content {
        file: file.into(),
        place: format!("line {line}"),
        found: format!("{count} {}", if count == 1 { "field" } else { "fields" }),
        expected: format!("{expected} as in the first row"),
        remedy: remedy.into(),
    }
}

fn no_rows(header: bool, file: &str) -> DataError {
    let (found, remedy) = if header {
        (
            "only a header",
            "add rows, or set header = false if this line is data",
        )
    } else {
        ("an empty file", "check the path, or write the table again")
    };
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

/// Counts lines up to ever higher byte offsets.
struct LineCounter<'a> {
    bytes: &'a [u8],
    position: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            position: 0,
            line: 1,
        }
    }

    /// The line of the first byte from `offset` on that is not a line end.
    fn at(&mut self, offset: u64) -> u64 {
        while let Some(&byte) = self.bytes.get(self.position) {
            let reached = self.position as u64 >= offset;
            if reached && byte != b'\n' && byte != b'\r' {
                break;
            }
            self.line += u64::from(byte == b'\n');
            self.position += 1;
        }
        self.line
    }
}
