//! In what the configs of two runs differ, key by key.

use std::path::Path;

use super::{note, show};
use crate::record::find::{self, Found};
use crate::record::settings::{self, Settings};
use crate::sheet::Sheet;
use crate::{Failure, output};

/// Prints the keys that the two configs give different values.
///
/// # Errors
/// When a run cannot be found or read.
pub fn diff(runs: [&str; 2], results: &Path, csv: bool) -> Result<(), Failure> {
    let [one, two] = runs.map(|run| find::find(run, results));
    let found = [one?, two?];
    for note in found.iter().filter_map(|found| found.note.as_deref()) {
        super::note(note);
    }
    let [one, two] = found.each_ref().map(|found| Settings::of(&found.record));
    let differences = one?.differences(&two?);
    let id = |found: &Found| format!("{}/{}", found.record.name, found.record.run_id);
    let [first, second] = found.each_ref().map(id);
    let [first_data, second_data] = found.each_ref().map(|found| &found.record.data.files);
    if first_data != second_data {
        note("the files of their data differ, too: see data.files in the records");
    }
    if differences.is_empty() && !csv {
        output::line(format!("{first} and {second} have the same config"));
        return Ok(());
    }
    let mut sheet = Sheet::new(["key", &first, &second], 3);
    for difference in differences {
        let [one, two] = difference.values;
        let text =
            |value: Option<toml::Value>| value.as_ref().map_or_else(String::new, settings::text);
        sheet.add([difference.key, text(one), text(two)]);
    }
    show(&sheet, csv)
}
