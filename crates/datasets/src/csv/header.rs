//! Whether the first line of a table names its columns or is a row like the others.

use ::csv::StringRecord;
use spec::datasets::CsvSpec;

use super::TEST_PATH;
use super::keys::{HEADER, NEW_ROWS};
use super::meaning::{looks_missing, number};
use crate::error::{DataError, quoted};

/// The first line and all others, of equal length.
pub(super) struct Header<'a> {
    pub first: &'a StringRecord,
    pub rows: &'a [StringRecord],
    pub line: u64,
    /// Lines of `rows`.
    pub lines: &'a [u64],
    pub file: &'a str,
    /// The config key that names the file.
    pub key: &'static str,
}

/// What one column says of the first line: its text there against those below.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    /// A number above numbers.
    Number(f64),
    /// A text above numbers.
    Name,
    /// A text that stands below too.
    Again,
    /// A text that does not, over texts that do repeat.
    Once,
    /// Nothing.
    Silent,
}

impl Sign {
    fn number(self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(value),
            _ => None,
        }
    }
}

/// So many rows tell what a column holds.
const LOOKED_AT: usize = 1000;

/// So many numbers in a row may be names.
const FEWEST: usize = 3;

/// What the first line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Names,
    /// Names that are numbers, in even steps: years, pixels, wavelengths.
    NumberedNames,
    Row,
    Either,
}

impl Header<'_> {
    /// Compares what the first line looks like with what the config says, and gives a note where
    /// both can be right.
    ///
    /// # Errors
    ///
    /// When the config says nothing and the line looks like a row, or it says that there is no
    /// header and the line looks like one.
    pub fn check(&self, spec: &CsvSpec) -> Result<Option<String>, DataError> {
        if spec.header != Some(false)
            && let Some(line) = self.repeated(spec)
        {
            return Err(self.repeats(line));
        }
        match (spec.header, self.look(spec)) {
            (Some(false), Look::Names) => Err(self.unused()),
            (None, Look::Row) => Err(self.row_as_names()),
            (Some(true), Look::Row) | (Some(true) | None, Look::NumberedNames) => {
                let names: Vec<&str> = self.first.iter().collect();
                let (line, names) = (self.line, quoted(&names));
                Ok(Some(format!(
                    "line {line} of {} names the columns: {names}",
                    self.file
                )))
            }
            _ => Ok(None),
        }
    }

    /// The line on which the names of the columns stand again, as where files were joined.
    fn repeated(&self, spec: &CsvSpec) -> Option<u64> {
        let again = self.rows.iter().position(|row| row == self.first)?;
        let others: Vec<StringRecord> = (self.rows.iter())
            .filter(|row| *row != self.first)
            .take(LOOKED_AT)
            .cloned()
            .collect();
        let without = Header {
            rows: &others,
            ..*self
        };
        (without.look(spec) == Look::Names).then(|| self.lines[again])
    }

    fn repeats(&self, line: u64) -> DataError {
        let names: Vec<&str> = self.first.iter().collect();
        DataError::Content {
            file: self.file.into(),
            place: format!("line {line}"),
            found: format!("the names of the columns again: {}", quoted(&names)),
            expected: "a row".into(),
            remedy: "remove the line, and all others like it".into(),
        }
    }

    fn look(&self, spec: &CsvSpec) -> Look {
        let signs: Vec<Sign> = (0..self.first.len()).map(|c| self.sign(c, spec)).collect();
        let count = |wanted: &dyn Fn(Sign) -> bool| signs.iter().filter(|s| wanted(**s)).count();
        let numbers = count(&|sign| matches!(sign, Sign::Number(_)));
        let again = count(&|sign| sign == Sign::Again);
        let (names, once) = (count(&|s| s == Sign::Name), count(&|s| s == Sign::Once));
        let told = again + once;
        match (numbers, names) {
            (0, 0) if again >= 2 && 2 * again > told => Look::Row,
            (0, 0) if again == 0 && once >= 3 => Look::Names,
            (0, 0) => Look::Either,
            (_, 0) if self.are_numbered(&signs, again == 0 && once > 0) => Look::NumberedNames,
            (_, 0) => Look::Row,
            (0, _) if again == 0 => Look::Names,
            _ => Look::Either,
        }
    }

    fn sign(&self, column: usize, spec: &CsvSpec) -> Sign {
        let missing = |text: &str| {
            text.is_empty() || looks_missing(text) || spec.missing.trimmed().any(|m| m == text)
        };
        let rows = &self.rows[..self.rows.len().min(LOOKED_AT)];
        let first = &self.first[column];
        let below = || {
            rows.iter()
                .map(|row| &row[column])
                .filter(|text| !missing(text))
        };
        if missing(first) || below().next().is_none() {
            return Sign::Silent;
        }
        if below().all(|text| number(text, spec.decimal).is_some()) {
            return number(first, spec.decimal).map_or(Sign::Name, Sign::Number);
        }
        if below().any(|text| text == first) {
            return Sign::Again;
        }
        let mut different: Vec<&str> = below().collect();
        different.sort_unstable();
        different.dedup();
        match 2 * different.len() <= rows.len() {
            true => Sign::Once,
            false => Sign::Silent,
        }
    }

    /// Whether the numbers are names: all positions from 0, as tools write them that know no
    /// names; or in even steps beside what must be a name.
    fn are_numbered(&self, signs: &[Sign], beside_names: bool) -> bool {
        let values: Vec<f64> = signs.iter().filter_map(|sign| sign.number()).collect();
        let step = |pair: &[f64]| pair[1] - pair[0];
        let even = values.len() >= FEWEST
            && step(&values) != 0.0
            && values.windows(2).all(|pair| step(pair) == step(&values));
        // A column without a name in front holds the numbers of the rows.
        let named = self
            .first
            .iter()
            .skip(usize::from(self.first[0].is_empty()));
        let positions = named.clone().count() >= FEWEST
            && named.enumerate().all(|(at, text)| text == at.to_string());
        positions || even && beside_names
    }

    /// An error about the first line: what it looks like.
    fn wrong(&self, like: &str, remedy: &str) -> DataError {
        let texts: Vec<&str> = self.first.iter().collect();
        let (file, line, texts) = (self.file, self.line, quoted(&texts));
        DataError::setting(
            HEADER,
            format!("{file}, line {line} {like}: {texts}"),
            remedy,
        )
    }

    fn unused(&self) -> DataError {
        let remedy = match self.key {
            NEW_ROWS => "remove the line: the table that was learned from has none",
            TEST_PATH => "remove the line, so that both files begin in the same way",
            _ => "set header = true, or leave it out",
        };
        self.wrong("names the columns, though header = false", remedy)
    }

    fn row_as_names(&self) -> DataError {
        let remedy = match self.key {
            NEW_ROWS => "begin the file with the names of the columns that were learned from",
            TEST_PATH => "begin the file with the header of the training file",
            _ => "set header = false if it is one, or header = true if these are names",
        };
        self.wrong(
            "looks like a row, not like the names of the columns",
            remedy,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::tests::spec;

    fn look(text: &str) -> Look {
        let mut records = text
            .split('\n')
            .map(|line| line.split(' ').collect::<StringRecord>());
        let first = records.next().unwrap();
        let rows: Vec<StringRecord> = records.collect();
        let (line, file, key) = (1, "t.csv", crate::csv::PATH);
        Header {
            first: &first,
            rows: &rows,
            line,
            lines: &[],
            file,
            key,
        }
        .look(&spec())
    }

    #[test]
    fn names_above_numbers() {
        for text in ["a b y\n1 2 u\n3 4 v", "a\n1", "a y\nNaN u\n3 v"] {
            assert_eq!(look(text), Look::Names, "{text}");
        }
    }

    #[test]
    fn rows_without_a_header() {
        for text in [
            "3.45 3.24 red\n5.9 2.8 blue\n3.5 3.3 red",
            "3.45 3.24 green\n5.9 2.8 blue\n3.5 3.3 red\n3.5 3.3 red\n3.5 3.3 red",
            "0 1\n1 0",
            "1 2 3\n0 1 2\n5 6 7",
            "1 2 3\n4 5 6\n7 8 9",
            "1 ? 3\n0 1 2\n5 6 7",
            "0 2 1\n0 1 2\n5 6 7",
            "p x s\ne x s\np b s",
        ] {
            assert_eq!(look(text), Look::Row, "{text}");
        }
    }

    #[test]
    fn names_that_are_numbers() {
        for text in [
            "0 1 2 3\n5 6 7 8\n0 1 2 3",
            " 0 1 2\n0 6 7 8\n1 1 2 3",
            "label 400 410 420\nu 5 6 7\nv 8 9 1\nu 1 1 1\nv 2 2 2",
        ] {
            assert_eq!(look(text), Look::NumberedNames, "{text}");
        }
    }

    #[test]
    fn texts_alone_say_little() {
        assert_eq!(look("c y\nf u\nm v"), Look::Either);
        assert_eq!(look("a b c\nx y z\nx y z\nu v w\nu v w"), Look::Names);
        assert_eq!(look("id 2019 2020\n1 5 6\n2 7 8"), Look::Either);
        assert_eq!(look("a b\n? NA\n? NA"), Look::Either);
    }
}
