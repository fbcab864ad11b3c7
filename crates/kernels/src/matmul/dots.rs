//! `$C \mathrel{+}= A B$` where A lies row by row and B column by column: each number of C is the dot
//! product of two rows of memory, as in `$y = x W^\top$`.
//!
//! A tile of 3 rows of A and 4 columns of B has 12 dot products, each summed in the lanes of a
//! vector while `$k$` runs; at the end the lanes are added up. So a vector of A serves 4
//! multiplications and one of B serves 3. Columns of B are the outer loop: the weights are read once
//! from far memory.

use pulp::Simd;

use super::Size;
use super::vector::{Vector, unrolled};

/// Rows of A in a tile.
const ROWS: usize = 3;
/// Columns of B in a tile: with the rows, 12 sums in 16 registers.
const COLUMNS: usize = 4;

/// `a` holds `[M, K]` row by row, `b` `[K, N]` column by column, `c` `[M, N]` row by row.
#[inline(always)]
pub(super) fn product<T: Vector, S: Simd>(simd: S, size: Size, a: &[T], b: &[T], c: &mut [T]) {
    let Size { m, k, n } = size;
    let mut j = 0;
    while j < n {
        let columns = if n - j >= COLUMNS { COLUMNS } else { 1 };
        let b = &b[j * k..(j + columns) * k];
        let mut i = 0;
        while i < m {
            let rows = ROWS.min(m - i);
            let a = &a[i * k..(i + rows) * k];
            let c = &mut c[i * n + j..];
            match (rows, columns) {
                (ROWS, COLUMNS) => tile::<T, S, ROWS, COLUMNS>(simd, a, b, k, c, n),
                (2, COLUMNS) => tile::<T, S, 2, COLUMNS>(simd, a, b, k, c, n),
                (ROWS, _) => tile::<T, S, ROWS, 1>(simd, a, b, k, c, n),
                (2, _) => tile::<T, S, 2, 1>(simd, a, b, k, c, n),
                (_, COLUMNS) => tile::<T, S, 1, COLUMNS>(simd, a, b, k, c, n),
                _ => tile::<T, S, 1, 1>(simd, a, b, k, c, n),
            }
            i += rows;
        }
        j += columns;
    }
}

/// Adds the dot products of `R` rows and `Q` columns to the corner of `c`, whose rows are `n` apart.
#[inline(always)]
fn tile<T: Vector, S: Simd, const R: usize, const Q: usize>(
    simd: S,
    a: &[T],
    b: &[T],
    k: usize,
    c: &mut [T],
    n: usize,
) {
    let width = T::lanes::<S>();
    let whole = k - k % width;
    let zero = T::splat(simd, T::zero());
    let mut lanes = [[zero; COLUMNS]; ROWS];
    // All rows cut to the same length, so that one comparison bounds every index.
    let mut a_rows = [T::split::<S>(&a[..whole]).0; ROWS];
    let mut b_rows = [T::split::<S>(&b[..whole]).0; COLUMNS];
    unrolled!(row in [0 1 2] below R => {
        a_rows[row] = T::split::<S>(&a[row * k..][..whole]).0;
    });
    unrolled!(column in [0 1 2 3] below Q => {
        b_rows[column] = T::split::<S>(&b[column * k..][..whole]).0;
    });
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let mut at = 0;
    while at < whole / width {
        // 12 sums, 3 vectors of A and one of B: 16 registers.
        unrolled!(column in [0 1 2 3] below Q => {
            let b = b_rows[column][at];
            unrolled!(row in [0 1 2] below R => {
                lanes[row][column] = T::multiply_add(simd, a_rows[row][at], b, lanes[row][column]);
            });
        });
        at += 1;
    }
    unrolled!(row in [0 1 2] below R => {
        unrolled!(column in [0 1 2 3] below Q => {
            let mut sum = T::total(simd, lanes[row][column]);
            for at in whole..k {
                sum += a[row * k + at] * b[column * k + at];
            }
            c[row * n + column] += sum;
        });
    });
}
