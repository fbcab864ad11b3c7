//! What stands in one place of the list.

use std::cmp::Ordering;

use spec::measures::Measure;
use toml::Value;

use crate::record::settings;
use crate::tables;

/// A text or a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// As it stands on the terminal.
    pub shown: String,
    /// With all its digits.
    pub raw: String,
    /// Its number, if it is one.
    pub number: Option<f64>,
    /// What a setting names: `adam`, where the optimizer is Adam.
    pub kind: Option<String>,
}

impl Cell {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self {
            shown: text.into(),
            raw: text.into(),
            number: None,
            kind: None,
        }
    }

    /// A whole number.
    pub fn count(count: u64) -> Self {
        Self {
            number: Some(count as f64),
            ..Self::text(&count.to_string())
        }
    }

    /// A value of a config.
    pub fn setting(value: &Value) -> Self {
        let number = match value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        };
        Self {
            number,
            kind: settings::kind(value).map(Into::into),
            ..Self::text(&settings::text(value))
        }
    }

    /// A value of a measure.
    pub fn measured(measure: &Measure, value: f64) -> Self {
        Self {
            shown: match measure.unit.as_deref() {
                Some("s") => tables::duration(value),
                _ => tables::value(measure, Some(value)),
            },
            raw: value.to_string(),
            number: Some(value),
            kind: None,
        }
    }

    /// Numbers by size and before texts, texts by the alphabet.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self.number, other.number) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (None, None) => self.raw.cmp(&other.raw),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}
