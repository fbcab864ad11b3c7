//! `$C \mathrel{+}= A B$` where B lies row by row: each row of C gathers weighted rows of B.
//!
//! A tile of C, 6 rows by 2 vectors, stays in registers while `$k$` runs: at each step 2 vectors of
//! a row of B are multiplied by 6 numbers of A. So a vector of B serves 6 multiplications and a
//! number of A serves 2.

use pulp::Simd;

use super::Size;
use super::vector::{Vector, unrolled};

/// Rows of a tile: 12 sums in 16 registers, enough to hide the latency of an addition.
const TILE: usize = 6;
/// Rows of B taken in one go: their part of 6 rows of A fits the first cache.
const DEPTH: usize = 512;
/// Numbers in 2 vectors of the widest instruction set.
const WIDEST: usize = 32;

/// 6 rows of A, column by column.
type Strip<T> = [[T; TILE]; DEPTH];
/// The last columns of B, too few for a tile, filled up with zeros.
type Edge<T> = [[T; WIDEST]; DEPTH];

/// `a` holds `[M, K]` row by row, or column by column if `transposed`; `b` `[K, N]` and `c` `[M, N]`
/// row by row.
#[inline(always)]
pub(super) fn product<T: Vector, S: Simd>(
    simd: S,
    size: Size,
    a: &[T],
    transposed: bool,
    b: &[T],
    c: &mut [T],
) {
    let Size { m, k, n } = size;
    let width = 2 * size_of::<T::Of<S>>() / size_of::<T>();
    let whole = n - n % width;
    let mut strip: Strip<T> = [[T::zero(); TILE]; DEPTH];
    let mut edge: Edge<T> = [[T::zero(); WIDEST]; DEPTH];
    for first in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - first);
        let b = &b[first * n..(first + depth) * n];
        if whole < n {
            for (edge, b) in edge.iter_mut().zip(b.chunks_exact(n)) {
                edge[..n - whole].copy_from_slice(&b[whole..]);
            }
        }
        for i in (0..m).step_by(TILE) {
            let height = TILE.min(m - i);
            for (step, strip) in strip[..depth].iter_mut().enumerate() {
                for (row, value) in strip[..height].iter_mut().enumerate() {
                    let (i, k_at) = (i + row, first + step);
                    *value = if transposed {
                        a[k_at * m + i]
                    } else {
                        a[i * k + k_at]
                    };
                }
            }
            let c = &mut c[i * n..(i + height) * n];
            let (strip, edge) = (&strip[..depth], &edge[..depth]);
            match height {
                6 => strip_times_b::<T, S, 6>(simd, strip, b, edge, c, n),
                5 => strip_times_b::<T, S, 5>(simd, strip, b, edge, c, n),
                4 => strip_times_b::<T, S, 4>(simd, strip, b, edge, c, n),
                3 => strip_times_b::<T, S, 3>(simd, strip, b, edge, c, n),
                2 => strip_times_b::<T, S, 2>(simd, strip, b, edge, c, n),
                _ => strip_times_b::<T, S, 1>(simd, strip, b, edge, c, n),
            }
        }
    }
}

/// `H` rows of C, tile by tile.
#[inline(always)]
fn strip_times_b<T: Vector, S: Simd, const H: usize>(
    simd: S,
    strip: &[[T; TILE]],
    b: &[T],
    edge: &[[T; WIDEST]],
    c: &mut [T],
    n: usize,
) {
    let width = 2 * size_of::<T::Of<S>>() / size_of::<T>();
    let whole = n - n % width;
    for j in (0..whole).step_by(width) {
        tile::<T, S, H>(simd, strip, &b[j..], n, &mut c[j..], n);
    }
    if whole < n {
        let mut sums = [[T::zero(); WIDEST]; TILE];
        let (edge, flat) = (edge.as_flattened(), sums.as_flattened_mut());
        tile::<T, S, H>(simd, strip, edge, WIDEST, flat, WIDEST);
        for (c, sums) in c.chunks_exact_mut(n).zip(&sums) {
            for (c, sum) in c[whole..].iter_mut().zip(sums) {
                *c += *sum;
            }
        }
    }
}

/// Adds Σₖ of the outer products of `H` numbers of A and 2 vectors of B to the corner of `c`. Rows of
/// B are `b_row` apart, those of C `c_row`.
#[inline(always)]
fn tile<T: Vector, S: Simd, const H: usize>(
    simd: S,
    strip: &[[T; TILE]],
    b: &[T],
    b_row: usize,
    c: &mut [T],
    c_row: usize,
) {
    let width = 2 * size_of::<T::Of<S>>() / size_of::<T>();
    let zero = T::splat(simd, T::zero());
    let mut sums = [[zero; 2]; TILE];
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let mut step = 0;
    while step < strip.len() {
        let a = &strip[step];
        let (b, _) = T::split::<S>(&b[step * b_row..][..width]);
        let (b0, b1) = (b[0], b[1]);
        step += 1;
        unrolled!(row in [0 1 2 3 4 5] below H => {
            let a = T::splat(simd, a[row]);
            sums[row][0] = T::multiply_add(simd, a, b0, sums[row][0]);
            sums[row][1] = T::multiply_add(simd, a, b1, sums[row][1]);
        });
    }
    unrolled!(row in [0 1 2 3 4 5] below H => {
        let (c, _) = T::split_mut::<S>(&mut c[row * c_row..][..width]);
        c[0] = T::plus(simd, c[0], sums[row][0]);
        c[1] = T::plus(simd, c[1], sums[row][1]);
    });
}
