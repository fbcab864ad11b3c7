//! A record as it is read: what is wrong with one that cannot be, with its place.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use serde_json::error::Category;

use super::{FORMAT, Record, older};
use crate::Failure;
use crate::failure::cause;

/// What every record has, of whatever format.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Record {
    /// Reads the record in a folder.
    ///
    /// # Errors
    /// When there is none, or it is not one.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join("record.json");
        let shown = file.display();
        let bytes = fs::read(&file).map_err(|error| {
            let cause = cause(&error);
            Failure::Input(match error.kind() {
                ErrorKind::NotFound => format!("{shown}: there is no record"),
                _ => format!("{shown}: cannot read the record ({cause})"),
            })
        })?;
        parse(&bytes).map_err(|wrong| Failure::Input(format!("{shown}{wrong}")))
    }
}

/// A record, or what is wrong behind the file's name: the place and the cause.
fn parse(bytes: &[u8]) -> Result<Record, String> {
    if let Ok(Version { format }) = serde_json::from_slice(bytes)
        && format > FORMAT
    {
        return Err(format!(
            ": written by a newer version (format {format}, this one reads up to {FORMAT}); \
             bring the runner up to date"
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut record: Record = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (key, error) = (error.path().to_string(), error.inner());
        let what = match error.classify() {
            _ if bytes.trim_ascii().is_empty() => "it is empty".into(),
            Category::Eof | Category::Io => "it ends in the middle".into(),
            Category::Syntax => "this is no JSON".into(),
            Category::Data => wrong_value(&key, &error.to_string()),
        };
        damaged(error, &what)
    })?;
    json.end()
        .map_err(|error| damaged(&error, "something follows the record"))?;
    if record.measures.is_empty() {
        let epochs = record.implementations.iter().flat_map(|t| &t.epochs);
        record.measures = older::measures(epochs.flat_map(|epoch| epoch.measures.keys()));
    }
    Ok(record)
}

fn damaged(error: &serde_json::Error, what: &str) -> String {
    let (line, column) = (error.line().max(1), error.column().max(1));
    format!(
        ":{line}:{column}: not a record of a run, or damaged ({what}); leave the run out, or \
         repeat it from the config.toml beside it"
    )
}

/// What is wrong with the value at a key, in words of the record and not of the parser.
fn wrong_value(key: &str, parser: &str) -> String {
    let missing = parser.strip_prefix("missing field `");
    match (missing.and_then(|rest| rest.split('`').next()), key) {
        (Some(missing), "." | "") => format!("{missing} is missing"),
        (Some(missing), key) => format!("{missing} is missing in {key}"),
        (None, "." | "") => "it holds something else".into(),
        (None, key) => format!("{key} holds something else than it should"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, parts: &[&str]) {
        let wrong = parse(text.as_bytes()).unwrap_err();
        for part in parts {
            assert!(wrong.contains(part), "{part:?} is not in {wrong:?}");
        }
    }

    #[test]
    fn a_damaged_record_is_told_with_its_place() {
        refused("", &[":1:1: ", "it is empty"]);
        refused(
            "{\n  \"format\": 2,\n  \"na",
            &[":3:", "ends in the middle"],
        );
        refused("{\n  nothing", &[":2:", "no JSON"]);
        refused("{\"format\": 2}", &[":1:", "name is missing"]);
        refused(
            "{\"format\": 2,\n \"name\": 3}",
            &[":2:", "name holds something else"],
        );
        refused("[]", &[":1:", "something else"]);
    }

    #[test]
    fn a_newer_format_is_told_whatever_else_it_holds() {
        let text = format!("{{\"format\": {}, \"other\": 1}}", FORMAT + 1);
        refused(&text, &[": written by a newer version", "up to date"]);
    }
}
