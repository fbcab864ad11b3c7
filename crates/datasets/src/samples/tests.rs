//! Samples and their batches.

use super::*;
use ndarray::{ShapeBuilder, array};

fn images() -> Samples {
    let features = Features::Bytes {
        bytes: vec![0, 255, 51, 102, 10, 20],
        width: 2,
        scale: 1.0 / 255.0,
        offset: -0.5,
    };
    Samples::new(features, Targets::Classes(vec![2, 0, 1]))
}

#[test]
fn bytes_become_scaled_numbers_in_the_order_asked_for() {
    let mut x = Array2::<f64>::zeros((3, 2));
    images().gather(&[1, 0, 1], x.view_mut());
    let wanted = array![[-0.3, -0.1], [-0.5, 0.5], [-0.3, -0.1]];
    assert!((x - wanted).iter().all(|d| d.abs() < 1e-12));
}

#[test]
fn a_batch_that_is_not_contiguous_gets_the_same_numbers() {
    let (mut x, mut y) = (
        Array2::<f32>::zeros((2, 2)),
        Array2::<f32>::zeros((2, 2).f()),
    );
    images().gather(&[2, 0], x.view_mut());
    images().gather(&[2, 0], y.view_mut());
    assert_eq!(x, y);
}

#[test]
fn tables_are_copied() {
    let features = Features::Values(array![[1.0, 2.0], [3.0, 4.0]]);
    let samples = Samples::new(features, Targets::Values(vec![0.5, 1.5]));
    let mut x = Array2::<f32>::zeros((1, 2));
    samples.gather(&[1], x.view_mut());
    assert_eq!(x, array![[3.0, 4.0]]);
    assert_eq!(samples.values(), Some([0.5, 1.5].as_slice()));
    assert_eq!(samples.labels(), None);
    assert_eq!((samples.len(), samples.width()), (2, 2));
    assert!(!samples.is_empty());
}

#[test]
fn targets_are_gathered_in_the_order_asked_for() {
    let gathered = |targets: Targets, width| {
        let features = Features::Values(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let mut t = Array2::<f64>::zeros((2, width));
        Samples::new(features, targets).gather_targets(&[2, 0], t.view_mut());
        t
    };
    let values = vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0];
    let wanted = array![[3.0, 30.0], [1.0, 10.0]];
    assert_eq!(gathered(Targets::Values(values), 2), wanted);
    assert_eq!(
        gathered(Targets::Classes(vec![4, 5, 6]), 1),
        array![[6.0], [4.0]]
    );
    assert_eq!(gathered(Targets::Input, 2), array![[5.0, 6.0], [1.0, 2.0]]);
}

/// Three sequences of two positions, of which the first is padded.
#[test]
fn a_class_at_every_position() {
    let features = Features::Values(Array2::zeros((3, 2)));
    let samples = Samples::new(features, Targets::Classes(vec![1, 0, 2, 3, 4, 5]));
    let samples = samples.at_positions(2).of_lengths(vec![1, 2, 2]);
    let mut t = Array2::<f64>::zeros((2, 2));
    samples.gather_targets(&[2, 0], t.view_mut());
    assert_eq!(t, array![[4.0, 5.0], [1.0, 0.0]]);
    assert_eq!(Vec::from_iter(samples.true_labels()), [1, 2, 3, 4, 5]);
    let selected = samples.targets().select(&[1, 0], 3);
    assert_eq!(selected, Targets::Classes(vec![2, 3, 1, 0]));
}

/// Five steps, the last of which has no partner.
#[test]
fn a_stream_is_joined_with_its_targets_and_places() {
    let x = Array2::from_shape_fn((5, 2), |(row, column)| (2 * row + column) as f64);
    let samples = Samples::new(
        Features::Values(x),
        Targets::Values(vec![1.0, 2.0, 3.0, 4.0, 5.0]),
    );
    let joined = samples.at_places(vec![0, 1, 0, 1, 2]).joined(2);
    assert_eq!(
        (joined.len(), joined.width(), joined.positions()),
        (2, 4, 2)
    );
    let mut x = Array2::<f64>::zeros((1, 4));
    joined.gather(&[1], x.view_mut());
    assert_eq!(x, array![[4.0, 5.0, 6.0, 7.0]]);
    assert_eq!(joined.values(), Some([1.0, 2.0, 3.0, 4.0].as_slice()));
    assert_eq!((joined.place(0, 1), joined.place(1, 0)), (Some(1), Some(0)));
}

#[test]
#[should_panic(expected = "one row for each target")]
fn a_target_too_many_is_a_bug() {
    let features = Features::Values(array![[1.0], [2.0]]);
    let _ = Samples::new(features, Targets::Values(vec![1.0, 2.0, 3.0]));
}

#[test]
fn the_background_is_byte_0_and_of_a_table_0() {
    assert_eq!(images().background(), -0.5);
    let features = Features::Values(array![[1.0]]);
    let table = Samples::new(features, Targets::Values(vec![0.5]));
    assert_eq!(table.background(), 0.0);
}

#[test]
#[should_panic(expected = "shape of the batch")]
fn a_batch_of_the_wrong_shape_is_a_bug() {
    images().gather(&[0], Array2::<f32>::zeros((2, 2)).view_mut());
}
