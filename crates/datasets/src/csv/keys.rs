//! Keys of a config that messages of several files point to.

use crate::error::DataError;

/// In the place of a key: a file that the command line names, of rows that nobody learned from.
pub(super) const NEW_ROWS: &str = "new rows";

pub(super) const DELIMITER: &str = "dataset.csv.delimiter";
pub(super) const HEADER: &str = "dataset.csv.header";
pub(super) const IGNORE: &str = "dataset.csv.ignore";

/// The keys of another kind of data that is read from a table and has fewer settings.
pub(super) struct Keys {
    /// In brackets.
    kind: &'static str,
    pub path: &'static str,
    delimiter: &'static str,
    header: &'static str,
}

/// Of a series, which only one column is read of.
pub(super) const SERIES: Keys = Keys {
    kind: "[dataset.series]",
    path: "dataset.series.path",
    delimiter: "dataset.series.delimiter",
    header: "dataset.series.header",
};

/// Of pairs of texts.
pub(super) const PAIRS: Keys = Keys {
    kind: "[dataset.pairs]",
    path: "dataset.pairs.path",
    delimiter: "dataset.pairs.delimiter",
    header: "dataset.pairs.header",
};

impl Keys {
    /// An error about a table as one about this kind of data.
    pub fn of(&self, error: DataError) -> DataError {
        let plain = |text: String| {
            text.replace("features and a target between", "columns between")
                .replace(&format!(" and list that in {IGNORE}"), "")
                .replace("[dataset.csv]", self.kind)
        };
        match error {
            DataError::Setting {
                key,
                problem,
                remedy,
            } => DataError::Setting {
                key: match key {
                    DELIMITER => self.delimiter,
                    HEADER => self.header,
                    other => other,
                },
                problem: plain(problem),
                remedy: plain(remedy),
            },
            DataError::Content {
                file,
                place,
                found,
                expected,
                remedy,
            } => DataError::Content {
                file,
                place,
                found,
                expected,
                remedy: plain(remedy),
            },
            other => other,
        }
    }
}
