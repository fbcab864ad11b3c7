//! Keys of a config that messages of several files point to.

use crate::error::DataError;

pub(super) const DELIMITER: &str = "dataset.csv.delimiter";
pub(super) const HEADER: &str = "dataset.csv.header";
pub(super) const IGNORE: &str = "dataset.csv.ignore";
/// The path of a table that only one column is read of.
pub(super) const SERIES: &str = "dataset.series.path";

/// An error about a table as one about the table of a series, which has fewer settings.
pub(super) fn of_series(error: DataError) -> DataError {
    let plain = |text: String| {
        text.replace("features and a target between", "columns between")
            .replace(&format!(" and list that in {IGNORE}"), "")
            .replace("[dataset.csv]", "[dataset.series]")
    };
    match error {
        DataError::Setting {
            key,
            problem,
            remedy,
        } => DataError::Setting {
            key: match key {
                DELIMITER => "dataset.series.delimiter",
                HEADER => "dataset.series.header",
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
