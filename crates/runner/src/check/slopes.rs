//! burn as a witness of rules that are the gradient of something.

use learners::Slope;

use crate::implementations;
use crate::proofs::row::Row;

/// Rows of these gradients with each reference that is built in as the witness.
pub fn rows(kind: &str, slopes: &[Slope]) -> Vec<Row> {
    let of_slope = |slope: &Slope| {
        let of_reference = |name| {
            let found = implementations::gradient(name, &slope.criterion, &slope.at)?;
            Some(Row {
                witness: implementations::witness(name, implementations::PRECISIONS[0]),
                ..Row::of_learner(kind, &slope.proof(&found))
            })
        };
        implementations::REFERENCES
            .into_iter()
            .filter_map(of_reference)
            .collect::<Vec<_>>()
    };
    slopes.iter().flat_map(of_slope).collect()
}
