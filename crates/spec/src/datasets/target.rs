//! `target`: what is to be predicted.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::Column;

/// What stands in a config for the input itself.
const INPUT: &str = "input";

/// The target of data that come with one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetTarget {
    /// The classes or values that the data come with.
    #[default]
    Given,
    /// The input itself, as an auto-encoder has it. Targets are never augmented.
    Input,
}

impl SetTarget {
    /// Whether it is the default, which configs need not say.
    pub(super) fn is_given(&self) -> bool {
        *self == Self::Given
    }
}

/// The target of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableTarget {
    /// A column: classes, or real numbers.
    Column(Column),
    /// Several columns of real numbers, with an output each.
    Columns(Vec<Column>),
    /// All features, as an auto-encoder has it.
    Input,
}

impl TableTarget {
    /// The columns it is in.
    pub fn columns(&self) -> &[Column] {
        match self {
            Self::Column(column) => std::slice::from_ref(column),
            Self::Columns(columns) => columns,
            Self::Input => &[],
        }
    }
}

impl Serialize for TableTarget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Column(column) => column.serialize(serializer),
            Self::Columns(columns) => columns.serialize(serializer),
            Self::Input => serializer.serialize_str(INPUT),
        }
    }
}

impl<'de> Deserialize<'de> for TableTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TargetVisitor)
    }
}

struct TargetVisitor;

impl<'de> Visitor<'de> for TargetVisitor {
    type Value = TableTarget;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a column (its name, or its index from 0), a list of columns, or \"{INPUT}\""
        )
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<TableTarget, E> {
        Ok(match name {
            INPUT => TableTarget::Input,
            _ => TableTarget::Column(Column::Name(name.into())),
        })
    }

    fn visit_i64<E: Error>(self, index: i64) -> Result<TableTarget, E> {
        Ok(TableTarget::Column(Column::Index(index)))
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<TableTarget, E> {
        let index = i64::try_from(index).map_err(|_| E::custom(format!("no index: {index}")))?;
        self.visit_i64(index)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<TableTarget, A::Error> {
        let mut columns = Vec::new();
        while let Some(column) = list.next_element()? {
            columns.push(column);
        }
        Ok(TableTarget::Columns(columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Spec {
        target: TableTarget,
    }

    #[test]
    fn a_target_is_a_column_a_list_or_the_input() {
        let name = |name: &str| Column::Name(name.into());
        for (text, target) in [
            ("\"y\"", TableTarget::Column(name("y"))),
            ("2", TableTarget::Column(Column::Index(2))),
            (
                "[\"a\", 2]",
                TableTarget::Columns(vec![name("a"), Column::Index(2)]),
            ),
            ("\"input\"", TableTarget::Input),
        ] {
            let text = format!("target = {text}\n");
            let spec = Spec { target };
            assert_eq!(toml::from_str::<Spec>(&text).as_ref(), Ok(&spec));
            assert_eq!(toml::to_string(&spec).unwrap(), text);
        }
        let error = toml::from_str::<Spec>("target = 1.5").unwrap_err();
        let wanted = "invalid type: floating point `1.5`, expected a column (its name, or its \
                      index from 0), a list of columns, or \"input\"";
        assert_eq!(error.message(), wanted);
    }
}
