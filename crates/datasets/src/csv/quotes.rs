//! Quotation marks that are not closed where they should be.
//!
//! A mark too many makes a field of many lines, and the rows on them are gone. That is an error in
//! the file however it goes on: at the end of the file, in the middle of a field, or at another
//! mark that happens to stand right.

use super::meaning::number;
use crate::error::DataError;

/// A field in quotation marks: byte offsets in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quoted {
    open: usize,
    /// None: the text ends first.
    close: Option<usize>,
    /// Whether a delimiter or a line end follows, perhaps behind spaces.
    ends_field: bool,
}

/// The fields in quotation marks of one record, as the `csv` crate sees them.
fn quoted_fields(record: &str, delimiter: u8) -> Vec<Quoted> {
    let bytes = record.as_bytes();
    let mut fields = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'"' {
            let close = closing(bytes, at + 1);
            let behind = close.map_or(bytes.len(), |close| close + 1);
            let next = bytes[behind..]
                .iter()
                .find(|&&byte| byte != b' ' || delimiter == b' ');
            fields.push(Quoted {
                open: at,
                close,
                ends_field: next.is_none_or(|&byte| byte == delimiter || byte == b'\n'),
            });
            at = behind;
        }
        let end = bytes[at..].iter().position(|&byte| byte == delimiter);
        at = end.map_or(bytes.len(), |end| at + end + 1);
    }
    fields
}

/// The mark that closes a field whose text begins at `at`; two marks stand for one.
fn closing(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == b'"')?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A record that may have swallowed others.
pub(super) struct Suspect<'a> {
    /// As it stands in the file.
    pub text: &'a str,
    /// The line it begins on.
    pub line: u64,
    pub file: &'a str,
    pub delimiter: u8,
    pub decimal: char,
}

impl Suspect<'_> {
    /// Finds a mark that should not be there; `row` are the fields of another row.
    pub fn check(&self, row: Option<&::csv::StringRecord>) -> Result<(), DataError> {
        for field in quoted_fields(self.text, self.delimiter) {
            let Some(close) = field.close else {
                let end = "is never closed: all up to the end of the file would be one field";
                return Err(self.wrong(field, end.into()));
            };
            if !self.text[field.open..close].contains('\n') {
                continue;
            }
            let (at, line) = (field.open + 1, self.line_at(close));
            if !field.ends_field {
                let end = format!("is closed in the middle of a field, on line {line}");
                return Err(self.wrong(field, end));
            }
            let end = self.text[close..].find('\n');
            let end = end.map_or(self.text.len(), |end| close + end);
            if row.is_some_and(|row| self.has_rows(&self.text[..end], at, row)) {
                let end = format!("is closed on line {line}, with whole rows in between");
                return Err(self.wrong(field, end));
            }
        }
        Ok(())
    }

    /// Whether there is a row on the lines of `text` behind the byte `at`. Without numbers to go by
    /// all lines must be as long as rows, the first one too.
    fn has_rows(&self, text: &str, at: usize, row: &::csv::StringRecord) -> bool {
        let resembles = |line: &str| self.resembles(line, row);
        if row.iter().any(|field| self.is_number(field)) {
            text[at..].split('\n').skip(1).any(resembles)
        } else {
            row.len() > 2 && text.split('\n').all(resembles)
        }
    }

    /// Whether a line could be a row: as many fields, and numbers in the same places.
    fn resembles(&self, line: &str, row: &::csv::StringRecord) -> bool {
        let fields: Vec<&str> = line.split(char::from(self.delimiter)).collect();
        let alike = |(a, b): (&&str, &str)| self.is_number(a) == self.is_number(b);
        fields.len() == row.len() && fields.iter().zip(row).all(alike)
    }

    fn is_number(&self, field: &str) -> bool {
        number(field.trim(), self.decimal).is_some()
    }

    fn line_at(&self, offset: usize) -> u64 {
        self.line + self.text[..offset].matches('\n').count() as u64
    }

    fn wrong(&self, field: Quoted, end: String) -> DataError {
        DataError::Content {
            file: self.file.into(),
            place: format!("line {}", self.line_at(field.open)),
            found: format!("a quotation mark that {end}"),
            expected: "its partner at the end of the field".into(),
            remedy: "remove the mark, close it, or write \"\" for a mark within quoted text".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<String> {
        check_beside(["1.5", "red", "fine"], text)
    }

    fn check_beside(row: [&str; 3], text: &str) -> Option<String> {
        let suspect = Suspect {
            text,
            line: 12,
            file: "t.csv",
            delimiter: b',',
            decimal: '.',
        };
        let row = ::csv::StringRecord::from(row.to_vec());
        suspect
            .check(Some(&row))
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn a_mark_that_is_never_closed() {
        let wanted = "t.csv, line 12: found a quotation mark that is never closed: all up to the \
                      end of the file would be one field, expected its partner at the end of the \
                      field; remove the mark, close it, or write \"\" for a mark within quoted text";
        assert_eq!(
            check("1,red,\"tall\n2,blue,fine\n").as_deref(),
            Some(wanted)
        );
        let text = check("1,\"two\nlines\",\"tall\n2,blue,fine").unwrap();
        assert!(text.starts_with("t.csv, line 13: "), "{text}");
        assert!(check("1,red,\"a \"\"b\"\"\n").is_some());
    }

    #[test]
    fn a_mark_that_is_closed_by_another_stray_one() {
        let text = check("1,red,\"tall\n2,blue,\"fine\"\n").unwrap();
        assert!(
            text.contains("is closed in the middle of a field, on line 13"),
            "{text}"
        );
        let text = check("1,red,\"tall\n2,blue,fine\n3,red,so\"\n").unwrap();
        assert!(
            text.contains("is closed on line 14, with whole rows in between"),
            "{text}"
        );
        let text = check("1,red,\"tall\n3,red,\"\n").unwrap();
        assert!(
            text.contains("is closed on line 13, with whole rows"),
            "{text}"
        );
    }

    #[test]
    fn texts_of_several_lines_are_fine() {
        for text in [
            "1,red,\"two\nlines\"\n",
            "1,\"two, \"\"so to say\"\",\nlines\" ,x\n",
            "1,5\",6\"\n",
            "\"1\",\"\",\"a\"\n",
            "\"say \"so\",1,\n",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn rows_of_texts_are_told_by_their_length() {
        let row = ["x", "red", "fine"];
        let text = check_beside(row, "y,red,\"tall\nz,blue,fine\nx,red,so\"\n").unwrap();
        assert!(text.contains("with whole rows in between"), "{text}");
        assert_eq!(check_beside(row, "y,red,\"tall\nor, so,\nit is\"\n"), None);
        assert_eq!(
            check_beside(row, "y,red,\"tall, you\nsay, or, not\"\n"),
            None
        );
    }
}
