//! Why the lines of a file are no rows of one table.

use ::csv::StringRecord;

use super::keys::DELIMITER;
use super::lines::Format;
use crate::error::{DataError, excerpt};

/// A table begins within so many lines, or nowhere.
const LINES_ABOVE: usize = 20;

/// Records that are not of equal length, or have one field each.
pub(super) struct Ragged<'a> {
    pub fields: &'a [StringRecord],
    pub lines: &'a [u64],
    pub format: Format,
    pub file: &'a str,
}

impl Ragged<'_> {
    /// The first line has a single field: another delimiter, or it is not part of the table.
    pub fn single_column(&self) -> DataError {
        let (first, line) = (&self.fields[0], self.lines[0]);
        let text = &first[0];
        let delimiter = char::from(self.format.delimiter);
        let other = other_delimiter(text, delimiter);
        // A title has one field, the lines below it have more, and other signs in between.
        let table = self
            .fields
            .iter()
            .skip(1)
            .take(LINES_ABOVE)
            .find(|record| record.len() > 1);
        let alike = |record: &StringRecord, sign: char| {
            let counts = record.iter().map(|field| field.matches(sign).count());
            counts.sum::<usize>() == text.matches(sign).count()
        };
        let above = table.is_some_and(|record| !other.is_some_and(|sign| alike(record, sign)));
        if table.is_none() && text.contains(delimiter) {
            return self.whole_lines_quoted();
        }
        if above || begins_comment(text).is_some() {
            return self.above_the_table(table.map_or(0, StringRecord::len));
        }
        let remedy = match other {
            _ if self.format.from_file => "correct the line sep= above it, or remove it".into(),
            Some(other) => format!("set delimiter = {:?}", other.to_string()),
            None => "set it to the character between the fields of the file".into(),
        };
        let problem = format!(
            "{}, line {line}: found a single column {}, expected features and a target between \
             {delimiter:?}",
            self.file,
            excerpt(text)
        );
        DataError::setting(DELIMITER, problem, remedy)
    }

    /// Each line was taken for a text and put in quotation marks.
    fn whole_lines_quoted(&self) -> DataError {
        DataError::Content {
            file: self.file.into(),
            place: format!("line {}", self.lines[0]),
            found: format!(
                "a whole line in quotation marks, {}",
                excerpt(&self.fields[0][0])
            ),
            expected: "marks around single fields".into(),
            remedy: "remove those around the lines, and write \" for each \"\" inside".into(),
        }
    }

    /// The record at `row` has more or fewer fields than the first, which may be a header.
    pub fn wrong(&self, row: usize, header: bool) -> DataError {
        let (count, expected) = (self.fields[row].len(), self.fields[0].len());
        let rest = &self.fields[1..];
        if begins_comment(&self.fields[0][0]).is_some() && rest.iter().all(|r| r.len() == count) {
            return self.above_the_table(count);
        }
        let remedy = if let Some(comment) = begins_comment(&self.fields[row][0]) {
            set_comment(comment)
        } else if self.fields[row].iter().any(|field| field.contains('\n')) {
            "close the quotation mark that opens in this row".into()
        } else if let Some(remedy) = self.other_quotes(row, expected) {
            remedy.into()
        } else if header && rest.iter().all(|record| record.len() == expected + 1) {
            self.longer_than_the_header()
        } else if header
            && self.fields[0].iter().next_back() == Some("")
            && rest.iter().all(|record| record.len() == expected - 1)
        {
            "the header ends with a delimiter and the rows do not: remove it there".into()
        } else if self.has_decimal_commas(row, expected) {
            "numbers with decimal commas need quotation marks, or another delimiter".into()
        } else if count < expected {
            "add what is missing, or remove the row".into()
        } else {
            "put quotation marks around a field that contains the delimiter, or remove the extra \
             ones"
                .into()
        };
        DataError::Content {
            file: self.file.into(),
            place: format!("line {}", self.lines[row]),
            found: format!("{count} {}", if count == 1 { "field" } else { "fields" }),
            expected: format!("{expected} as in the first row"),
            remedy,
        }
    }

    /// Whether decimals behind commas seem to be the fields that are too many.
    fn has_decimal_commas(&self, row: usize, expected: usize) -> bool {
        let whole = |text: &str| text.parse::<i64>().is_ok();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let fields: Vec<&str> = self.fields[row].iter().collect();
        let pairs = fields
            .windows(2)
            .filter(|pair| whole(pair[0]) && digits(pair[1]));
        let (pairs, count) = (pairs.count(), fields.len());
        self.format.delimiter == b',' && count > expected + 1 && pairs >= count - expected
    }

    /// Delimiters that other signs than quotation marks are to protect.
    fn other_quotes(&self, row: usize, expected: usize) -> Option<&'static str> {
        let fields = &self.fields[row];
        if fields.len() <= expected {
            return None;
        }
        if fields.iter().any(|field| field.contains('\\')) {
            return Some(
                "a backslash protects nothing: put quotation marks around a field that contains \
                 the delimiter, and write a mark in it twice, as \"\"",
            );
        }
        let begins = |sign: char| fields.iter().any(|field| field.starts_with(sign));
        let ends = |sign: char| fields.iter().any(|field| field.ends_with(sign));
        let quotes = [('\'', '\''), ('“', '”'), ('„', '“'), ('`', '`')];
        let quoted = quotes
            .iter()
            .any(|&(open, close)| begins(open) && ends(close));
        quoted.then_some("quotation marks are \" on both sides: write them in place of the others")
    }

    /// Each row has a field more than the header.
    fn longer_than_the_header(&self) -> String {
        let last_is_empty = |record: &StringRecord| record.iter().next_back() == Some("");
        if self.fields[1..].iter().all(last_is_empty) {
            return "every row ends with a delimiter: write one behind the header too, or remove \
                    those behind the rows"
                .into();
        }
        "every row has one field more than the header: where the first is the name of the row, as \
         R writes it, put a name for it in front of the header and list that in dataset.csv.ignore"
            .into()
    }

    /// The first line is a title or a comment above a table of `width` columns.
    fn above_the_table(&self, width: usize) -> DataError {
        let text = &self.fields[0][0];
        let remedy = match begins_comment(text) {
            Some(comment) => set_comment(comment),
            None => "remove what stands above the table".into(),
        };
        DataError::Content {
            file: self.file.into(),
            place: format!("line {}", self.lines[0]),
            found: excerpt(text),
            expected: match width {
                0 | 1 => "the first line of a table".into(),
                _ => format!("{width} fields as in the rows below"),
            },
            remedy,
        }
    }
}

fn set_comment(comment: char) -> String {
    format!(
        "set comment = {:?} if lines that begin so are comments",
        comment.to_string()
    )
}

/// The sign that a line of comment begins with.
pub(super) fn begins_comment(text: &str) -> Option<char> {
    text.chars()
        .next()
        .filter(|first| "#%|!;@*/".contains(*first))
}

/// The delimiter that a text seems to use instead: the one that stands there most often; spaces
/// only where there is no other, since they also stand in texts.
pub(super) fn other_delimiter(text: &str, delimiter: char) -> Option<char> {
    let count = |sign: char| text.matches(sign).count();
    let found = [',', ';', '\t', '|']
        .into_iter()
        .filter(|&sign| sign != delimiter && count(sign) > 0)
        .rev()
        .max_by_key(|&sign| count(sign));
    let words = text.split_whitespace().count();
    match found {
        // A tab among many spaces is one of them.
        Some('\t') if text.contains(' ') && words > 2 * (count('\t') + 1) => Some(' '),
        None if words > 1 && delimiter != ' ' => Some(' '),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_guessed_by_what_stands_there() {
        for (text, delimiter) in [
            ("a;b;y", Some(';')),
            ("New York;3,5;u", Some(';')),
            ("3,5;u", Some(',')),
            ("a\tb c\ty", Some('\t')),
            (
                "18.0  8  307.0  130.0  3504.  12.0  70  1\t\"ford torino\"",
                Some(' '),
            ),
            ("5.1 3.5 u", Some(' ')),
            ("a", None),
        ] {
            assert_eq!(other_delimiter(text, '^'), delimiter, "{text}");
        }
        assert_eq!(other_delimiter("a b", ' '), None);
    }
}
