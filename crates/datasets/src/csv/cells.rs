//! Texts of a feature column become numbers or categories.

use super::roles::Role;
use super::table::Table;
use crate::error::DataError;

/// A feature column; none where a value is missing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    Numbers {
        name: String,
        values: Vec<Option<f64>>,
    },
    Categories {
        name: String,
        values: Vec<Option<String>>,
    },
}

impl Cells {
    /// Reads a column of the table.
    pub fn parse(table: &Table, role: &Role, markers: &[String]) -> Result<Self, DataError> {
        let name = table.names[role.column].clone();
        let texts = table.texts(role.column, markers);
        if role.categorical {
            let values = texts.map(|text| text.map(str::to_string)).collect();
            return Ok(Self::Categories { name, values });
        }
        let wrong = |row: usize, text: &str| {
            let remedy = format!(
                "list {name:?} in dataset.csv.categorical or dataset.csv.ignore, or {text:?} in \
                 dataset.csv.missing.markers"
            );
            table.wrong((row, role.column), text, "a number", remedy)
        };
        let values = texts
            .enumerate()
            .map(|(row, text)| match text.map(|text| (text, number(text))) {
                None => Ok(None),
                Some((_, Some(value))) => Ok(Some(value)),
                Some((text, None)) => Err(wrong(row, text)),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::Numbers { name, values })
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Numbers { name, .. } | Self::Categories { name, .. } => name,
        }
    }

    pub fn is_present(&self, row: usize) -> bool {
        match self {
            Self::Numbers { values, .. } => values[row].is_some(),
            Self::Categories { values, .. } => values[row].is_some(),
        }
    }
}

/// A finite number. Rust would also read "inf" and "nan", which no network can learn from.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite() {
        assert_eq!(number("-1.5e3"), Some(-1500.0));
        for text in [
            "",
            "nan",
            "inf",
            "-Infinity",
            "1e999",
            "1,5",
            "0x10",
            "male",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
