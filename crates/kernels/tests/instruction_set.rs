//! The choice is one of the whole process, so this test has a process of its own.

use kernels::instruction_set::InstructionSet;
use kernels::matmul::matmul;
use ndarray::{Array2, Axis};

/// a · b, with so many rows and columns that every instruction set has whole vectors and a rest.
fn product() -> Array2<f32> {
    let numbers = |factor: usize| move |(i, j)| ((7 * i + factor * j) % 23) as f32 / 11.0 - 1.0;
    let (a, b) = (
        Array2::from_shape_fn((9, 40), numbers(3)),
        Array2::from_shape_fn((40, 37), numbers(5)),
    );
    let mut c = Array2::zeros((9, 37));
    matmul(a.view(), b.view(), c.view_mut());
    c
}

#[test]
fn what_is_chosen_is_used_and_what_is_missing_refused() {
    let best = InstructionSet::in_use();
    let expected = product();
    for set in InstructionSet::ALL {
        match InstructionSet::available().any(|available| available == set) {
            true => {
                set.choose().unwrap();
                assert_eq!(InstructionSet::in_use(), set);
            }
            false => {
                let before = InstructionSet::in_use();
                let refused = set.choose().unwrap_err().to_string();
                let reason = format!("this processor does not have {}; it has scalar", set.name());
                assert!(refused.starts_with(&reason), "{refused}");
                assert_eq!(InstructionSet::in_use(), before);
            }
        }
        let largest = (product() - &expected).map_axis(Axis(1), |row| {
            row.iter().fold(0.0, |largest: f32, d| largest.max(d.abs()))
        });
        assert!(largest.iter().all(|&d| d < 1e-4), "{set:?}: {largest}");
    }
    assert!(InstructionSet::available().any(|set| set == best));
}
