//! Boolean functions on all of their inputs.

use ndarray::{Array2, array};
use spec::datasets::{GateFunction, GateSpec, ParitySpec};

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

/// A gate on all of its inputs in counting order, first input highest: the units of McCulloch and
/// Pitts compute each of them, and the perceptron learns it (McCulloch & Pitts 1943).
pub(crate) fn gate(spec: &GateSpec) -> Result<Dataset, DataError> {
    let (name, labels) = match spec.function {
        GateFunction::And => ("and", vec![0, 0, 0, 1]),
        GateFunction::Or => ("or", vec![0, 1, 1, 1]),
        GateFunction::Nand => ("nand", vec![1, 1, 1, 0]),
        GateFunction::Nor => ("nor", vec![1, 0, 0, 0]),
        GateFunction::Not => ("not", vec![1, 0]),
    };
    let x = match labels.len() {
        2 => array![[0.0], [1.0]],
        _ => array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
    };
    let set = Generated {
        name,
        sample_shape: vec![x.ncols()],
        feature_names: (1..=x.ncols()).map(|i| format!("x{i}")).collect(),
        x,
        lengths: None,
        positions: 1,
        targets: Targets::Classes(labels),
        target: classes(&["0", "1"]),
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
        x: Array2::from_shape_fn((count, bits), |(row, column)| spec.values[bit(row, column)]),
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
