//! Squared distances of all pairs, `$d_{nj} = \sum_i (x_{ni} - c_{ji})^2$`.
//!
//! The form `$\lVert x \rVert^2 - 2 x \cdot c + \lVert c \rVert^2$` is one product of matrices, but
//! cancels where a sample is near a centre and both are far from 0. The differences themselves
//! never do, and cost one subtraction more: a tile of 2 samples and 4 centres has 8 sums, so a
//! vector of a sample serves 4 differences and one of a centre serves 2.

use crate::Real;
use crate::entry_points;
use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::matmul::vector::{Vector, unrolled};
use crate::matmul::vectorized::Vectorized;

/// Samples of a tile.
const ROWS: usize = 2;
/// Centres of a tile.
const COLUMNS: usize = 4;
/// Samples that pass a tile of centres before the next one: their numbers stay in a near cache.
const BLOCK: usize = 32;

/// Writes the squared distances `d` `[N, J]` of samples `x` `[N, D]` and centres `c` `[J, D]`, all
/// row by row, on the calling thread.
///
/// # Panics
/// When the shapes do not fit, or D is 0.
pub fn squared_distances<T: Real>(x: &[T], c: &[T], d_in: usize, d: &mut [T]) {
    assert!(
        d_in > 0 && d.len() * d_in * d_in == x.len() * c.len(),
        "squared_distances: {} and {} numbers of {d_in} into {}",
        x.len(),
        c.len(),
        d.len()
    );
    SquaredDistances { x, c, d_in, d }.run();
}

struct SquaredDistances<'a, T> {
    x: &'a [T],
    c: &'a [T],
    d_in: usize,
    d: &'a mut [T],
}

impl<'a, T: Real> Vectorized for SquaredDistances<'a, T> {
    type Number = T;
    type With<V: Vector> = SquaredDistances<'a, V>;

    fn with<V: Vector>(self) -> SquaredDistances<'a, V> {
        SquaredDistances {
            x: cast_slice(self.x),
            c: cast_slice(self.c),
            d_in: self.d_in,
            d: cast_slice_mut(self.d),
        }
    }
}

impl<T: Vector> WithSimd for SquaredDistances<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { x, c, d_in, d } = self;
        let units = c.len() / d_in;
        let blocks = x
            .chunks(BLOCK * d_in)
            .zip(d.chunks_mut(BLOCK * units.max(1)));
        for (x, d) in blocks {
            for (place, c) in c.chunks(COLUMNS * d_in).enumerate() {
                let samples = x.chunks(ROWS * d_in).zip(d.chunks_mut(ROWS * units));
                for (x, d) in samples {
                    let d = &mut d[place * COLUMNS..];
                    match (x.len() == ROWS * d_in, c.len() == COLUMNS * d_in) {
                        (true, true) => tile::<T, S, ROWS, COLUMNS>(simd, x, c, d_in, d, units),
                        (false, true) => tile::<T, S, 1, COLUMNS>(simd, x, c, d_in, d, units),
                        _ => single(simd, x, c, d_in, d, units),
                    }
                }
            }
        }
    }
}

entry_points!(SquaredDistances);

/// Fewer centres than a tile has, one by one.
#[inline(always)]
fn single<T: Vector, S: Simd>(simd: S, x: &[T], c: &[T], d_in: usize, d: &mut [T], units: usize) {
    for (row, x) in x.chunks_exact(d_in).enumerate() {
        for (column, c) in c.chunks_exact(d_in).enumerate() {
            tile::<T, S, 1, 1>(simd, x, c, d_in, &mut d[row * units + column..], units);
        }
    }
}

/// Distances of `R` samples and `Q` centres, into the corner of `d`, whose rows are `units` apart.
#[inline(always)]
fn tile<T: Vector, S: Simd, const R: usize, const Q: usize>(
    simd: S,
    x: &[T],
    c: &[T],
    d_in: usize,
    d: &mut [T],
    units: usize,
) {
    let width = T::lanes::<S>();
    let whole = d_in - d_in % width;
    let zero = T::splat(simd, T::zero());
    let mut lanes = [[zero; COLUMNS]; ROWS];
    // All rows cut to the same length, so that one comparison bounds every index.
    let mut x_rows = [T::split::<S>(&x[..whole]).0; ROWS];
    let mut c_rows = [T::split::<S>(&c[..whole]).0; COLUMNS];
    unrolled!(row in [0 1] below R => {
        x_rows[row] = T::split::<S>(&x[row * d_in..][..whole]).0;
    });
    unrolled!(column in [0 1 2 3] below Q => {
        c_rows[column] = T::split::<S>(&c[column * d_in..][..whole]).0;
    });
    let mut at = 0;
    while at < whole / width {
        unrolled!(column in [0 1 2 3] below Q => {
            let c = c_rows[column][at];
            unrolled!(row in [0 1] below R => {
                let apart = T::minus(simd, x_rows[row][at], c);
                lanes[row][column] = T::multiply_add(simd, apart, apart, lanes[row][column]);
            });
        });
        at += 1;
    }
    unrolled!(row in [0 1] below R => {
        unrolled!(column in [0 1 2 3] below Q => {
            let mut sum = T::total(simd, lanes[row][column]);
            for at in whole..d_in {
                let apart = x[row * d_in + at] - c[column * d_in + at];
                sum += apart * apart;
            }
            d[row * units + column] = sum;
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers<T: Real>(count: usize, from: f64) -> Vec<T> {
        (0..count)
            .map(|i| T::of((i as f64 * 0.7 + from).sin()))
            .collect()
    }

    fn agrees<T: Real>(tolerance: f64) {
        for (n, j, d_in) in [(1, 1, 1), (2, 4, 16), (3, 5, 19), (67, 9, 5), (5, 3, 40)] {
            let (x, c) = (numbers::<T>(n * d_in, 0.0), numbers::<T>(j * d_in, 2.0));
            let mut d = vec![T::nan(); n * j];
            squared_distances(&x, &c, d_in, &mut d);
            for (place, &d) in d.iter().enumerate() {
                let (x, c) = (&x[place / j * d_in..], &c[place % j * d_in..]);
                let squares = (0..d_in).map(|i| (x[i].f64() - c[i].f64()).powi(2));
                let far = (d.f64() - squares.sum::<f64>()).abs();
                assert!(far < tolerance, "{n} x {j} of {d_in}: {far}");
            }
        }
    }

    #[test]
    fn every_distance_agrees_with_the_definition() {
        agrees::<f64>(1e-13);
        agrees::<f32>(1e-5);
    }

    #[test]
    fn a_small_distance_far_from_zero_does_not_cancel() {
        let mut d = [0.0f32];
        squared_distances(&[1000.125], &[1000.0], 1, &mut d);
        assert_eq!(d, [0.015_625]);
    }

    #[test]
    fn a_nan_passes_and_no_sample_is_no_work() {
        let mut d = [0.0; 2];
        squared_distances(&[f64::NAN, 1.0], &[0.0], 1, &mut d);
        assert!(d[0].is_nan() && d[1] == 1.0);
        squared_distances(&[], &[0.0f64], 1, &mut []);
    }
}
