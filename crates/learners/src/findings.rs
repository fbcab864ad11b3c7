//! What a learner tells of the outcome, as tables.

use serde::{Deserialize, Serialize};

/// A table of numbers with names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// What it shows; the title of the column of names.
    pub title: String,
    /// Titles of the columns of numbers.
    pub columns: Vec<String>,
    /// A name and its numbers.
    pub rows: Vec<(String, Vec<f64>)>,
}

impl Findings {
    /// An empty table.
    pub fn new(title: &str, columns: &[&str]) -> Self {
        Self {
            title: title.into(),
            columns: columns.iter().map(|&column| column.into()).collect(),
            rows: Vec::new(),
        }
    }

    /// Every number with its name, `<column> of <row>`.
    pub fn named(&self) -> impl Iterator<Item = (String, f64)> {
        self.rows.iter().flat_map(|(row, numbers)| {
            let columns = self.columns.iter().zip(numbers);
            columns.map(move |(column, &number)| (format!("{column} of {row}"), number))
        })
    }

    /// The same with one row more.
    pub fn row(mut self, name: &str, numbers: &[f64]) -> Self {
        self.rows.push((name.into(), numbers.to_vec()));
        self
    }
}
