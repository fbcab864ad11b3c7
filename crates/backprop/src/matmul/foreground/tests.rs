//! Both products against their definition, and what must not depend on other rows.

use super::*;
use crate::matmul::{matmul, naive};
use ndarray::{Array2, s};
use proptest::prelude::*;
use rand::RngExt;
use spec::Streams;

/// Rows of which a share differs from a background, which is not the same for all of them.
fn images<T: Real>(rows: usize, columns: usize, share: f64) -> Array2<T> {
    let mut rng = Streams::new(1).stream("images");
    let mut images = Array2::zeros((rows, columns));
    for (row, mut image) in images.rows_mut().into_iter().enumerate() {
        image.fill(T::of([-0.4, 0.0, 0.7][row % 3]));
        for x in image.iter_mut().skip(1) {
            if rng.random_bool(share) {
                *x = T::of(rng.random_range(-1.0..1.0));
            }
        }
    }
    images
}

fn random<T: Real>(rows: usize, columns: usize, stream: &str) -> Array2<T> {
    let mut rng = Streams::new(1).stream(stream);
    Array2::from_shape_simple_fn((rows, columns), || T::of(rng.random_range(-1.0..1.0)))
}

fn close<T: Real>(found: &Array2<T>, expected: &Array2<T>, tolerance: f64) {
    for (at, found) in found.indexed_iter() {
        let error = (found.f64() - expected[at].f64()).abs();
        assert!(error <= tolerance, "{at:?} is off by {error}");
    }
}

/// Both products of all rows at once against the definition.
fn prove<T: Real>(x: &Array2<T>, units: usize, rounding: f64) {
    let (rows, columns) = x.dim();
    let mut foreground = Foreground::new(columns);
    // What was there before must not matter.
    foreground.take(random::<T>(rows + 3, columns, "before").view());
    foreground.take(x.view());

    let (weight, y) = (
        random::<T>(units, columns, "weight"),
        random(rows, units, "y"),
    );
    let (mut expected, mut found) = (y.clone(), y);
    naive(x.view(), weight.t(), expected.view_mut());
    foreground.outputs(x.view(), weight.view(), found.view_mut());
    close(&found, &expected, rounding * columns as f64);

    if !foreground.pays_for_gradients() {
        return;
    }
    // The units stand among others, with other gradients.
    let (dy, dw) = (
        random::<T>(rows, units + 5, "dy"),
        random(units, columns, "dw"),
    );
    let (mut expected, mut found) = (dw.clone(), dw);
    let of_units = dy.slice(s![.., 2..units + 2]);
    naive(of_units.t(), x.view(), expected.view_mut());
    let room = found.as_slice_mut().unwrap();
    foreground.gradients(dy.view(), 2..units + 2, x.view(), room);
    close(&found, &expected, rounding * rows as f64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn products_agree_with_the_definition(
        rows in prop_oneof![1usize..20, 64usize..70],
        columns in 1usize..70,
        units in 1usize..30,
        share in prop::sample::select(vec![0.0, 0.02, 0.05, 0.1, 0.5]),
    ) {
        prove::<f64>(&images(rows, columns, share), units, 4e-15);
        prove::<f32>(&images(rows, columns, share), units, 2e-6);
    }
}

#[test]
fn what_a_row_gives_does_not_depend_on_the_others() {
    let mut x: Array2<f32> = images(9, 100, 0.05);
    x.slice_mut(s![4, ..])
        .assign(&random::<f32>(1, 100, "dense").row(0));
    let weight = random::<f32>(17, 100, "weight");
    let outputs = |x: ArrayView2<f32>| {
        let mut foreground = Foreground::new(100);
        foreground.take(x);
        let mut y = Array2::zeros((x.nrows(), 17));
        foreground.outputs(x, weight.view(), y.view_mut());
        y
    };
    let together = outputs(x.view());
    for row in 0..9 {
        let alone = outputs(x.slice(s![row..row + 1, ..]));
        assert_eq!(alone.row(0), together.row(row));
    }
}

/// A row without a background gives the bits of the product of whole rows, which then may take its place.
#[test]
fn without_a_background_the_bits_are_those_of_a_plain_product() {
    let (x, weight) = (random::<f32>(7, 101, "x"), random::<f32>(14, 101, "weight"));
    let mut foreground = Foreground::new(101);
    foreground.take(x.view());
    assert!(!foreground.has_background());
    let (mut y, mut plain) = (Array2::zeros((7, 14)), Array2::zeros((7, 14)));
    foreground.outputs(x.view(), weight.view(), y.view_mut());
    matmul(x.view(), weight.t(), plain.view_mut());
    assert_eq!(y, plain);
}

#[test]
fn what_is_no_number_is_not_lost() {
    for (first, other) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)] {
        let mut x = Array2::from_elem((1, 64), 1.0);
        (x[(0, 0)], x[(0, 40)]) = (first, other);
        let mut foreground = Foreground::new(64);
        foreground.take(x.view());
        let mut y = Array2::zeros((1, 2));
        foreground.outputs(
            x.view(),
            Array2::from_elem((2, 64), 0.5).view(),
            y.view_mut(),
        );
        let expected = if first == f64::INFINITY {
            first
        } else {
            f64::NAN
        };
        assert_eq!(y[(0, 1)].to_bits(), expected.to_bits());
    }
}
