//! `$c_{ik} \mathrel{+}= \sum_s \sum_j a_{s,i,j}\, b_{s,o_k + j}$`: dot products with stretches of
//! b, over samples `$s$`.
//!
//! A tile of C, 4 rows by 3 columns, is summed in the lanes of vectors, and these over the samples;
//! the lanes are added up at the end.

use crate::Real;
use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::entry_points;
use crate::matmul::vector::{Vector, unrolled};
use crate::matmul::vectorized::Vectorized;

/// `$c_{ik} \mathrel{+}= \sum_s \sum_j a_{s,i,j}\, b_{s,o_k + j}$` for `j` below `n`.
pub struct Dots<'a, T> {
    /// A of each sample, with zeros in the [`SLACK`](super::SLACK) after the `n` numbers of a row.
    pub a: Matrices<'a, T>,
    /// Distance of the rows of A.
    pub a_row: usize,
    /// B of each sample; it reaches [`SLACK`](super::SLACK) beyond the last row.
    pub b: Matrices<'a, T>,
    /// `[K]`.
    pub offsets: &'a [usize],
    /// `[M, K]`.
    pub c: &'a mut [T],
    /// Numbers of a row.
    pub n: usize,
}

/// A matrix for each sample.
#[derive(Clone, Copy)]
pub struct Matrices<'a, T> {
    /// From the first number of the first matrix on.
    pub numbers: &'a [T],
    /// From a sample to the next.
    pub distance: usize,
    /// Number of samples.
    pub count: usize,
}

impl<'a, T: Real> Matrices<'a, T> {
    fn with<V: Vector>(self) -> Matrices<'a, V> {
        Matrices {
            numbers: cast_slice(self.numbers),
            distance: self.distance,
            count: self.count,
        }
    }
}

entry_points!(Dots);

impl<'a, T: Real> Vectorized for Dots<'a, T> {
    type Number = T;
    type With<V: Vector> = Dots<'a, V>;

    fn with<V: Vector>(self) -> Dots<'a, V> {
        Dots {
            a: self.a.with(),
            a_row: self.a_row,
            b: self.b.with(),
            offsets: self.offsets,
            c: cast_slice_mut(self.c),
            n: self.n,
        }
    }
}

impl<T: Vector> WithSimd for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let product = self;
        let k = product.offsets.len();
        let m = product.c.len() / k;
        let mut i = 0;
        while i < m {
            // 4 rows at a time, but 6 as 3 + 3 and 5 as 3 + 2.
            let rows = match m - i {
                5 | 6 => 3,
                left => left.min(4),
            };
            for first in (0..k).step_by(3) {
                let at = Corner {
                    row: i,
                    column: first,
                };
                let offsets = &product.offsets[first..k.min(first + 3)];
                let Dots { a, a_row, b, n, .. } = product;
                let product = Dots {
                    a,
                    a_row,
                    b,
                    offsets,
                    c: &mut *product.c,
                    n,
                };
                match (rows, offsets.len()) {
                    (4, 3) => dots::<T, S, 4, 3>(simd, product, at, k),
                    (4, 2) => dots::<T, S, 4, 2>(simd, product, at, k),
                    (4, _) => dots::<T, S, 4, 1>(simd, product, at, k),
                    (3, 3) => dots::<T, S, 3, 3>(simd, product, at, k),
                    (3, 2) => dots::<T, S, 3, 2>(simd, product, at, k),
                    (3, _) => dots::<T, S, 3, 1>(simd, product, at, k),
                    (2, 3) => dots::<T, S, 2, 3>(simd, product, at, k),
                    (2, 2) => dots::<T, S, 2, 2>(simd, product, at, k),
                    (2, _) => dots::<T, S, 2, 1>(simd, product, at, k),
                    (_, 3) => dots::<T, S, 1, 3>(simd, product, at, k),
                    (_, 2) => dots::<T, S, 1, 2>(simd, product, at, k),
                    _ => dots::<T, S, 1, 1>(simd, product, at, k),
                }
            }
            i += rows;
        }
    }
}

/// Where a tile stands in C.
#[derive(Clone, Copy)]
struct Corner {
    row: usize,
    column: usize,
}

/// Adds `R` rows of A times the `Q` rows of B at the given offsets to a tile of C, whose rows are
/// `c_row` apart.
#[inline(always)]
fn dots<T: Vector, S: Simd, const R: usize, const Q: usize>(
    simd: S,
    product: Dots<T>,
    corner: Corner,
    c_row: usize,
) {
    let Dots {
        a,
        a_row,
        b,
        offsets,
        c,
        n,
    } = product;
    let width = T::lanes::<S>();
    let length = n.next_multiple_of(width);
    let zero = T::splat(simd, T::zero());
    let mut sums = [[zero; 3]; 4];
    for sample in 0..a.count {
        let a = &a.numbers[sample * a.distance + corner.row * a_row..];
        let b = &b.numbers[sample * b.distance..];
        // All rows cut to the same length, so that one comparison bounds every index.
        let mut a_rows = [T::split::<S>(&a[..length]).0; 4];
        let mut b_rows = [T::split::<S>(&b[offsets[0]..][..length]).0; 3];
        unrolled!(row in [0 1 2 3] below R => {
            a_rows[row] = T::split::<S>(&a[row * a_row..][..length]).0;
        });
        unrolled!(column in [0 1 2] below Q => {
            b_rows[column] = T::split::<S>(&b[offsets[column]..][..length]).0;
        });
        // Sums of a sample of their own: kept over all samples they would not stay in registers.
        let mut lanes = [[zero; 3]; 4];
        let mut at = 0;
        while at < length / width {
            // 12 sums, 3 vectors of B and one of A: 16 registers.
            let mut b = [zero; 3];
            unrolled!(column in [0 1 2] below Q => {
                b[column] = b_rows[column][at];
            });
            unrolled!(row in [0 1 2 3] below R => {
                let a = a_rows[row][at];
                unrolled!(column in [0 1 2] below Q => {
                    lanes[row][column] = T::multiply_add(simd, a, b[column], lanes[row][column]);
                });
            });
            at += 1;
        }
        unrolled!(row in [0 1 2 3] below R => {
            unrolled!(column in [0 1 2] below Q => {
                sums[row][column] = T::plus(simd, sums[row][column], lanes[row][column]);
            });
        });
    }
    unrolled!(row in [0 1 2 3] below R => {
        unrolled!(column in [0 1 2] below Q => {
            c[(corner.row + row) * c_row + corner.column + column] += T::total(simd, sums[row][column]);
        });
    });
}
