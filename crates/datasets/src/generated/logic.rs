//! Boolean functions on all of their inputs.

use ndarray::{Array2, array};
use spec::datasets::ParitySpec;

use super::{Generated, classes};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::samples::Targets;

/// Exclusive or: the four points (0,0), (0,1), (1,0), (1,1) with classes 0, 1, 1, 0. No line
/// separates them, so a single-layer perceptron fails (Minsky & Papert 1969).
pub(crate) fn xor() -> Result<Dataset, DataError> {
    let set = Generated {
        name: "xor",
        x: array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
        sample_shape: vec![2],
        targets: Targets::Classes(vec![0, 1, 1, 0]),
        target: classes(&["0", "1"]),
        feature_names: vec!["x1".into(), "x2".into()],
        lengths: None,
        positions: 1,
    };
    Ok(set.whole())
}

/// All bit strings of a length in counting order, first bit highest; class "odd" when the number
/// of ones is odd (Rumelhart, Hinton & Williams 1986).
pub(crate) fn parity(spec: &ParitySpec) -> Result<Dataset, DataError> {
    let bits = spec.bits;
    if !(1..=16).contains(&bits) {
        let problem = format!("strings of {bits} bits");
        let key = "dataset.parity.bits";
        return Err(DataError::setting(
            key,
            problem,
            "set bits between 1 and 16",
        ));
    }
    let count = 1_usize << bits;
    let bit = |row: usize, column: usize| row >> (bits - 1 - column) & 1;
    let set = Generated {
        name: "parity",
        x: Array2::from_shape_fn((count, bits), |(row, column)| bit(row, column) as f64),
        sample_shape: vec![bits],
        targets: Targets::Classes(
            (0..count)
                .map(|row| row.count_ones() as usize % 2)
                .collect(),
        ),
        target: classes(&["even", "odd"]),
        feature_names: (1..=bits).map(|i| format!("bit{i}")).collect(),
        lengths: None,
        positions: 1,
    };
    Ok(set.whole())
}
