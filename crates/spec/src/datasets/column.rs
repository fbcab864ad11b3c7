//! A column of a table, as a config names it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

/// A column of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By its name in the header.
    Name(String),
    /// By its position from 0. Any whole number can be written; the table tells which there are.
    Index(i64),
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "\"{name}\""),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Name(name) => serializer.serialize_str(name),
            Self::Index(index) => serializer.serialize_i64(*index),
        }
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor)
    }
}

struct ColumnVisitor;

impl Visitor<'_> for ColumnVisitor {
    type Value = Column;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a column: its name, or its index from 0")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Column, E> {
        Ok(Column::Name(name.into()))
    }

    fn visit_i64<E: Error>(self, index: i64) -> Result<Column, E> {
        Ok(Column::Index(index))
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<Column, E> {
        match i64::try_from(index) {
            Ok(index) => Ok(Column::Index(index)),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(index), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, serde::Serialize)]
    struct Spec {
        target: Column,
    }

    fn read(target: &str) -> Result<Column, String> {
        let spec: Result<Spec, _> = toml::from_str(&format!("target = {target}"));
        spec.map(|spec| spec.target)
            .map_err(|error| error.message().into())
    }

    #[test]
    fn a_column_is_a_name_or_an_index() {
        assert_eq!(read("\"y\""), Ok(Column::Name("y".into())));
        assert_eq!(read("2"), Ok(Column::Index(2)));
        assert_eq!(read("-1"), Ok(Column::Index(-1)));
        let spec = Spec {
            target: Column::Index(2),
        };
        assert_eq!(toml::to_string(&spec).unwrap(), "target = 2\n");
    }

    #[test]
    fn anything_else_is_refused_in_the_words_of_a_config() {
        for (target, found) in [
            ("1.5", "floating point `1.5`"),
            ("true", "boolean `true`"),
            ("[2]", "sequence"),
            ("{ name = \"y\" }", "map"),
        ] {
            let message = read(target).unwrap_err();
            let wanted =
                format!("invalid type: {found}, expected a column: its name, or its index from 0");
            assert_eq!(message, wanted);
        }
    }
}
