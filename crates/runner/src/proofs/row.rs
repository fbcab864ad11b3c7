//! A proof as a row of data, and files of such rows.

use std::path::Path;

use learners::Proof;
use serde::{Deserialize, Serialize};

use crate::check::comparison::{Comparison, INPUT, LOSS};
use crate::check::report::Report;
use crate::check::verdict::Verdict;
use crate::numbers::rounded;
use crate::{Failure, files};

/// The section of learners.
pub const LEARNERS: &str = "learner";

/// One quantity of one network or learner, held against one witness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The part of the table: `layer`, `loss`, `learning rule`, `penalty or bound`,
    /// `learner`.
    pub section: String,
    /// The layer, loss or rule, by its name in a config, and what is special.
    pub name: String,
    /// What was compared.
    pub quantity: Quantity,
    /// With what: `central differences f64`, or burn's device and precision, `burn-flex f32`; of a
    /// learner also `closed form`, `invariant`, `exact enumeration` or `published`.
    pub witness: String,
    /// The largest error over all tensors, to three digits: relative to the tensor's largest
    /// entry, of a trajectory absolute.
    pub error: f64,
    /// The bound on it.
    pub tolerance: f64,
    /// The worst verdict over all tensors.
    pub verdict: Verdict,
}

impl Row {
    /// What proves a learner.
    pub fn of_learner(kind: &str, proof: &Proof) -> Self {
        let verdict = match (proof.holds(), proof.error.is_finite()) {
            (true, _) => Verdict::Agrees,
            (false, true) => Verdict::Differs,
            (false, false) => Verdict::NotFinite,
        };
        Self {
            section: LEARNERS.into(),
            name: format!("`{kind}`, {}", proof.on),
            quantity: Quantity::Other(proof.quantity.clone()),
            witness: proof.witness.name().into(),
            error: rounded(proof.error),
            tolerance: proof.tolerance,
            verdict,
        }
    }
}

/// What an error is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// The outputs of all layers, and the loss.
    #[serde(rename = "y")]
    Forward,
    /// The gradient of the input.
    #[serde(rename = "dx")]
    Input,
    /// The gradients of all parameters.
    #[serde(rename = "dw")]
    Parameters,
    /// Parameters, running statistics and outputs in evaluation mode after 100 updates.
    #[serde(rename = "100 steps")]
    Trajectory,
    /// Of a learner, in words.
    #[serde(untagged)]
    Other(String),
}

impl Quantity {
    /// Those of networks, in the order of the tables' columns.
    pub const OF_NETWORKS: [Self; 4] = [
        Self::Forward,
        Self::Input,
        Self::Parameters,
        Self::Trajectory,
    ];

    /// Its name in rows and tables.
    pub fn name(&self) -> &str {
        match self {
            Self::Forward => "y",
            Self::Input => "dx",
            Self::Parameters => "dw",
            Self::Trajectory => "100 steps",
            Self::Other(words) => words,
        }
    }

    fn of(comparison: &Comparison) -> Self {
        match comparison.tensor.as_str() {
            _ if comparison.pass.contains("steps") => Self::Trajectory,
            INPUT => Self::Input,
            LOSS => Self::Forward,
            tensor if tensor.ends_with(".output") => Self::Forward,
            _ => Self::Parameters,
        }
    }
}

impl Row {
    /// Whether it is one of a learner.
    pub fn is_of_a_learner(&self) -> bool {
        self.section == LEARNERS
    }

    /// The rows of one network: a row for each witness and quantity that were compared.
    pub fn of(section: &str, name: &str, report: &Report) -> Vec<Self> {
        let mut rows: Vec<Self> = Vec::new();
        for comparison in &report.comparisons {
            let quantity = Quantity::of(comparison);
            let error = rounded(match quantity {
                Quantity::Trajectory => comparison.absolute,
                _ => comparison.relative,
            });
            let of_same =
                |row: &&mut Self| row.quantity == quantity && row.witness == comparison.witness;
            if let Some(row) = rows.iter_mut().find(of_same) {
                row.error = row.error.max(error);
                row.verdict = row.verdict.max(comparison.verdict);
                continue;
            }
            rows.push(Self {
                section: section.into(),
                name: name.into(),
                quantity,
                witness: comparison.witness.clone(),
                error,
                tolerance: comparison.tolerance,
                verdict: comparison.verdict,
            });
        }
        rows
    }
}

/// Rows from a JSON file.
///
/// # Errors
/// [`Failure::Input`] when it cannot be read or holds something else.
pub fn read(file: &Path) -> Result<Vec<Row>, Failure> {
    let refused = |what: String| {
        let file = file.display();
        Failure::Input(format!(
            "{file}: {what}; `runner proofs --write {file}` makes it anew"
        ))
    };
    let text = std::fs::read(file);
    let text = text.map_err(|error| refused(format!("cannot read ({error})")))?;
    let rows = serde_json::from_slice(&text);
    rows.map_err(|error| refused(format!("these are no rows of proofs ({error})")))
}

/// Writes rows as JSON, a line each.
///
/// # Errors
/// [`Failure::Run`] when the file cannot be written.
pub fn write(file: &Path, rows: &[Row]) -> Result<(), Failure> {
    let line = |row| serde_json::to_string(row).map(|row| format!("  {row}"));
    let lines: Result<Vec<String>, _> = rows.iter().map(line).collect();
    let lines = lines.map_err(|error| Failure::Run(files::told(file, &error.into())))?;
    files::write_file(file, format!("[\n{}\n]\n", lines.join(",\n")).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_were_written() {
        let row = |name: &str, quantity, error| Row {
            section: "layer".into(),
            name: name.into(),
            quantity,
            witness: "burn-flex f64".into(),
            error,
            tolerance: 1e-9,
            verdict: Verdict::Agrees,
        };
        let rows = [
            row("`relu`", Quantity::Input, 2.13e-16),
            row("`conv2d`, kernel 1", Quantity::Trajectory, 0.0),
        ];
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("proofs.json");
        write(&file, &rows).unwrap();
        assert_eq!(read(&file).unwrap(), rows);
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.contains(r#""quantity":"100 steps""#), "{text}");
    }
}
