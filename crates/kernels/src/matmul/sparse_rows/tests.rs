//! Both products against their definition, and what must not depend on other rows.

use super::*;
use crate::matmul::naive;
use ndarray::{Array2, s};
use proptest::prelude::*;
use rand::RngExt;

/// Rows of which a share differs from a background, which is not the same for all of them.
fn images<T: Real>(rows: usize, columns: usize, share: f64) -> Array2<T> {
    let mut rng = crate::testing::stream("images");
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
    let mut rng = crate::testing::stream(stream);
    Array2::from_shape_simple_fn((rows, columns), || T::of(rng.random_range(-1.0..1.0)))
}

fn close<T: Real>(found: &Array2<T>, expected: &Array2<T>, tolerance: f64) {
    for (at, found) in found.indexed_iter() {
        let error = (found.f64() - expected[at].f64()).abs();
        assert!(error <= tolerance, "{at:?} is off by {error}");
    }
}

/// What the columns give to the outputs.
fn outputs<T: Real>(
    sparse: &mut SparseRows<T>,
    x: &Array2<T>,
    weight: &Array2<T>,
    y: &mut Array2<T>,
) {
    let columns = sparse.columns();
    let n = weight.ncols();
    let weight = &weight.as_slice().unwrap()[columns.start * n..columns.end * n];
    sparse.take(x.view());
    sparse.outputs(x.view(), weight, y.view_mut());
}

/// Both products in some columns of a batch against the definition.
fn prove<T: Real>(x: &Array2<T>, columns: Range<usize>, units: usize, rounding: f64) {
    let (rows, width) = x.dim();
    let mut sparse = SparseRows::new(columns.clone(), units);
    // What was there before must not matter.
    sparse.take(random::<T>(rows + 3, width, "before").view());
    let weight = random::<T>(width, units, "weight");
    let mut found = random(rows, units, "y");
    let mut expected = found.clone();
    expected.fill(T::zero());
    let of_columns = x.slice(s![.., columns.clone()]);
    naive(
        of_columns,
        weight.slice(s![columns.clone(), ..]),
        expected.view_mut(),
    );
    outputs(&mut sparse, x, &weight, &mut found);
    close(&found, &expected, rounding * width as f64);

    let dy = random::<T>(rows, units, "dy");
    let mut sparse_columns = SparseColumns::empty();
    sparse_columns.make_room(rows + 3, units);
    let mut end = columns.start;
    for block in 0..sparse.blocks() {
        let of_block = sparse.block(block);
        assert!(of_block.start == end && !of_block.is_empty());
        end = of_block.end;
        let mut found = random(of_block.len(), units, "dw");
        let mut expected = Array2::zeros(found.raw_dim());
        naive(
            x.slice(s![.., of_block]).t(),
            dy.view(),
            expected.view_mut(),
        );
        let dw = found.as_slice_mut().unwrap();
        sparse.gradients(block, x.view(), dy.view(), &mut sparse_columns, dw);
        close(&found, &expected, rounding * rows as f64);
    }
    assert_eq!(end, columns.end);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn products_agree_with_the_definition(
        rows in prop_oneof![1usize..20, 64usize..70],
        width in 1usize..250,
        from in 0.0..1.0,
        units in 1usize..60,
        share in prop::sample::select(vec![0.0, 0.05, 0.2, 0.5, 1.0]),
    ) {
        let columns = (from * width as f64) as usize..width;
        prove::<f64>(&images(rows, width, share), columns.clone(), units, 4e-15);
        prove::<f32>(&images(rows, width, share), columns, units, 2e-6);
    }
}

#[test]
fn what_a_row_gives_does_not_depend_on_the_others() {
    let mut x: Array2<f32> = images(9, 200, 0.05);
    for row in [2, 4, 5] {
        let dense = random::<f32>(9, 200, "dense");
        x.row_mut(row).assign(&dense.row(row));
    }
    for units in [3, 12, 17, 40] {
        let weight = random::<f32>(200, units, "weight");
        let of = |rows: Range<usize>| {
            let x = x.slice(s![rows, ..]).to_owned();
            let mut y = Array2::zeros((x.nrows(), units));
            outputs(&mut SparseRows::new(30..200, units), &x, &weight, &mut y);
            y
        };
        let together = of(0..9);
        for row in 0..9 {
            assert_eq!(
                of(row..row + 1).row(0),
                together.row(row),
                "{units} units, row {row}"
            );
        }
    }
}

#[test]
fn what_is_no_number_is_not_lost() {
    for (first, other) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)] {
        let mut x = Array2::from_elem((1, 64), 1.0);
        (x[(0, 0)], x[(0, 40)]) = (first, other);
        let (weight, mut y) = (Array2::from_elem((64, 2), 0.5), Array2::zeros((1, 2)));
        outputs(&mut SparseRows::new(0..64, 2), &x, &weight, &mut y);
        let expected = if first == f64::INFINITY {
            first
        } else {
            f64::NAN
        };
        assert_eq!(y[(0, 1)].to_bits(), expected.to_bits());
    }
}
