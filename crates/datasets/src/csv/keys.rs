//! Keys of a config that messages of several files point to.

pub(super) const DELIMITER: &str = "dataset.csv.delimiter";
pub(super) const IGNORE: &str = "dataset.csv.ignore";
