//! Buffers that lie row by row, as slices and as matrices.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Σ aᵢ bᵢ.
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}

/// y += a x.
pub fn add<T: Real>(a: T, x: &[T], y: &mut [T]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y += a * x);
}

/// All numbers of a buffer, row by row.
pub fn slice<T>(x: ArrayView2<'_, T>) -> &[T] {
    x.to_slice().expect("buffers lie row by row")
}

/// One row of a buffer.
pub fn row<'a, T>(x: &'a ArrayView2<'_, T>, row: usize) -> &'a [T] {
    let columns = x.ncols();
    &x.as_slice().expect("buffers lie row by row")[row * columns..][..columns]
}

/// Numbers as so many rows.
pub fn matrix<T>(numbers: &[T], rows: usize) -> ArrayView2<'_, T> {
    let shape = (rows, numbers.len() / rows.max(1));
    ArrayView2::from_shape(shape, numbers).expect("as many numbers in each row")
}

/// The same, to be changed.
pub fn matrix_mut<T>(numbers: &mut [T], rows: usize) -> ArrayViewMut2<'_, T> {
    let shape = (rows, numbers.len() / rows.max(1));
    ArrayViewMut2::from_shape(shape, numbers).expect("as many numbers in each row")
}
