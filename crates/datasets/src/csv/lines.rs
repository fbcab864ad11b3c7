//! Text in lines that all end in the same way, with one delimiter between fields.

use spec::datasets::CsvSpec;

use super::keys::DELIMITER;
use crate::error::DataError;

/// How the fields of a file are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub delimiter: u8,
    /// Whether the file itself says so, in a line `sep=;`.
    pub from_file: bool,
    /// What lines that are passed over begin with.
    pub comment: Option<u8>,
}

/// The lines of a table with single delimiters, and the format they are in. Line numbers stay.
pub(super) fn prepare(
    text: String,
    spec: &CsvSpec,
    file: &str,
) -> Result<(String, Format), DataError> {
    let mut text = with_newlines(text);
    let set = delimiter(spec.delimiter)?;
    let mut format = Format {
        delimiter: set,
        from_file: false,
        comment: spec.comment.and_then(|comment| u8::try_from(comment).ok()),
    };
    if let Some((said, length)) = said_delimiter(&text) {
        if set != b',' && said != spec.delimiter {
            let problem = format!(
                "line 1 of {file} says sep={said}, but {:?} is set",
                spec.delimiter
            );
            let remedy = format!(
                "set delimiter = {:?}, or remove that line",
                said.to_string()
            );
            return Err(DataError::setting(DELIMITER, problem, remedy));
        }
        format.delimiter = delimiter(said)?;
        format.from_file = true;
        text.drain(..length);
    }
    if format.delimiter == b' ' {
        text = single_spaces(&text);
    }
    Ok((text, format))
}

/// The delimiter as the one byte both readers want.
fn delimiter(delimiter: char) -> Result<u8, DataError> {
    match u8::try_from(delimiter) {
        Ok(byte) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(byte),
        _ => Err(DataError::setting(
            DELIMITER,
            format!("{delimiter:?} cannot stand between fields"),
            "use one ASCII character such as \",\", \";\" or \"\\t\"",
        )),
    }
}

/// Makes "\r\n" of Windows and "\r" of old Macintoshes "\n".
fn with_newlines(text: String) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text
    }
}

/// The delimiter of a first line `sep=;`, as Excel reads and writes it, and the line's length.
fn said_delimiter(text: &str) -> Option<(char, usize)> {
    let line = text.split('\n').next()?;
    let bare = line.trim_matches('"');
    let said = bare
        .get(.."sep=".len())
        .filter(|start| start.eq_ignore_ascii_case("sep="))?;
    let mut rest = bare[said.len()..].chars();
    let delimiter = rest.next()?;
    // Other programs fill such a line with delimiters.
    rest.all(|c| c == ',' || c == delimiter)
        .then_some((delimiter, line.len()))
}

/// Runs of spaces and tabs outside of quotation marks become single spaces; none are left around
/// a line.
fn single_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut closed) = (false, false);
    for c in text.chars() {
        let begins = matches!(out.as_bytes().last(), None | Some(b'\n' | b' '));
        let space = !quoted && matches!(c, ' ' | '\t');
        if space && begins {
            continue;
        }
        if c == '\n' && !quoted && out.ends_with(' ') {
            out.pop();
        }
        // A closing mark and one behind it stand for a mark in the text.
        let toggles = c == '"' && (quoted || closed || begins);
        quoted ^= toggles;
        closed = toggles && !quoted;
        out.push(if space { ' ' } else { c });
    }
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// Counts lines up to ever higher byte offsets.
pub(super) struct LineCounter<'a> {
    bytes: &'a [u8],
    comment: Option<u8>,
    position: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    pub fn new(text: &'a str, format: Format) -> Self {
        Self {
            bytes: text.as_bytes(),
            comment: format.comment,
            position: 0,
            line: 1,
        }
    }

    /// The line, and the byte offset, of the record that is read from `offset` on: behind empty
    /// lines and comments.
    pub fn at(&mut self, offset: u64) -> (u64, usize) {
        while let Some(&byte) = self.bytes.get(self.position) {
            let reached = self.position as u64 >= offset;
            if reached && byte != b'\n' {
                if self.comment != Some(byte) {
                    break;
                }
                let rest = &self.bytes[self.position..];
                self.position += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                continue;
            }
            self.line += u64::from(byte == b'\n');
            self.position += 1;
        }
        (self.line, self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_line_ends_become_one() {
        assert_eq!(with_newlines("a\rb\r\nc\n\rd".into()), "a\nb\nc\n\nd");
    }

    #[test]
    fn a_first_line_may_say_the_delimiter() {
        assert_eq!(said_delimiter("sep=;\na;b\n"), Some((';', 5)));
        assert_eq!(said_delimiter("\"SEP=\t\"\na\tb\n"), Some(('\t', 7)));
        assert_eq!(said_delimiter("sep=;,,\na;b\n"), Some((';', 7)));
        for text in ["", "sep=", "sep=ab\n", "separator,b\n", "a,sep=;\n", "sé"] {
            assert_eq!(said_delimiter(text), None, "{text}");
        }
    }

    #[test]
    fn runs_of_spaces_are_one_delimiter_outside_of_quotation_marks() {
        let text = "  18.0   8 \t\"ford  torino\"  \n\n 1\t 2 \"a \"\"b\"\"  c\" \n3 5\"  x ";
        let wanted = "18.0 8 \"ford  torino\"\n\n1 2 \"a \"\"b\"\"  c\"\n3 5\" x";
        assert_eq!(single_spaces(text), wanted);
        assert_eq!(single_spaces("   \n \"\"  1\n"), "\n\"\" 1\n");
    }

    #[test]
    fn lines_are_counted_over_empty_ones_and_comments() {
        let format = Format {
            delimiter: b',',
            from_file: false,
            comment: Some(b'#'),
        };
        let mut lines = LineCounter::new("# one\n\na,b\n#c\n1,2\n", format);
        assert_eq!(lines.at(0), (3, 7));
        assert_eq!(lines.at(11), (5, 14));
        assert_eq!(lines.at(18), (6, 18));
    }
}
