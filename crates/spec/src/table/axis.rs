//! A key of a config with several values.

use serde::Deserialize;
use toml::Value;

use super::expect;
use crate::Problem;

/// A key that takes one of several values.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Its path in the config: `training.batch_size`.
    pub key: String,
    /// What it is set to, one after the other.
    pub values: Vec<Value>,
    /// What the values are called in the names of rows; none: key and value.
    pub names: Option<Vec<String>>,
}

impl Axis {
    /// Finds what cannot be; `key` is where it stands.
    pub(super) fn check(&self, key: &str) -> Result<(), Problem> {
        expect(!self.key.trim().is_empty(), || {
            Problem::new(format!("{key}.key"), "a key of the config is expected")
                .hint("for example \"training.batch_size\"")
        })?;
        expect(!self.values.is_empty(), || {
            Problem::new(
                format!("{key}.values"),
                "there is no value, so there is no row",
            )
        })?;
        let (names, values) = (self.names.as_ref().map(Vec::len), self.values.len());
        expect(names.is_none_or(|names| names == values), || {
            let names = names.unwrap_or_default();
            let reason = format!("{names} names for {values} values");
            Problem::new(format!("{key}.names"), reason).hint("one for each value")
        })
    }

    /// The arguments of `--set`, one for each value.
    pub(super) fn settings(&self) -> impl Iterator<Item = String> {
        let argument = |value| format!("{}={value}", self.key);
        self.values.iter().map(argument)
    }

    /// What each value is called: its name, or key and value: `batch size 10`, `optimizer adam`.
    pub(super) fn labels(&self) -> Vec<String> {
        if let Some(names) = &self.names {
            return names.clone();
        }
        let short: Vec<String> = self.values.iter().map(short).collect();
        let distinct = (1..short.len()).all(|index| !short[..index].contains(&short[index]));
        let shown = match distinct {
            true => short,
            false => self.values.iter().map(Value::to_string).collect(),
        };
        let key = self.key.rsplit('.').next().unwrap_or(&self.key);
        let key = key.trim().replace('_', " ");
        shown.iter().map(|value| format!("{key} {value}")).collect()
    }
}

/// A text without its quotes, of a kind with settings its name alone.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Table(table) if table.len() == 1 => table.keys().cloned().collect(),
        other => other.to_string(),
    }
}
