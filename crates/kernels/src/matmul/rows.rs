//! `$C \mathrel{+}= A B$` where B lies row by row: each row of C gathers weighted rows of B.
//!
//! A tile of C, 6 rows by 2 vectors, stays in registers while `$k$` runs: at each step 2 vectors of
//! a row of B are multiplied by 6 numbers of A. So a vector of B serves 6 multiplications and a
//! number of A serves 2.

use pulp::Simd;

use super::vector::{Vector, of_height, unrolled};
use super::{Size, Strided};

/// Rows of a tile: 12 sums in 16 registers, enough to hide the latency of an addition.
const TILE: usize = 6;
/// Rows of B taken in one go: their part of 6 rows of A fits the first cache.
const DEPTH: usize = 256;
/// Numbers of B taken in one go, 256 KB in f32: the second cache holds them while all rows of A
/// pass.
const BLOCK_OF_B: usize = 1 << 16;
/// Numbers in 2 vectors of the widest instruction set.
const WIDEST: usize = 32;

/// 6 rows of A, column by column.
type Panel<T> = [[T; TILE]; DEPTH];

/// `a` is `[M, K]`; `b` holds `[K, N]` and `c` `[M, N]` row by row.
#[inline(always)]
pub(super) fn product<T: Vector, S: Simd>(
    simd: S,
    size: Size,
    a: Strided<T>,
    b: &[T],
    c: &mut [T],
) {
    let Size { m, k, n } = size;
    let width = 2 * T::lanes::<S>();
    if n < width {
        return few_columns(size, a, b, c);
    }
    let mut panel: Panel<T> = [[T::zero(); TILE]; DEPTH];
    let mut sums = [[T::zero(); WIDEST]; TILE];
    for first in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - first);
        let b = &b[first * n..(first + depth) * n];
        let breadth = BLOCK_OF_B / depth / width * width;
        for left in (0..n).step_by(breadth) {
            let right = n.min(left + breadth);
            for (i, height) in panels(m) {
                fill(&mut panel[..depth], a, i, height, first);
                let c = &mut c[i * n..(i + height) * n];
                for j in (left..right).step_by(width) {
                    // The last tile reaches back over columns that are done: its sums go to a place
                    // of their own, and only the new ones are added to C.
                    let done = (j + width).saturating_sub(n);
                    let (tile_of_c, c_row) = match done {
                        0 => (&mut c[j..], n),
                        _ => {
                            sums = [[T::zero(); WIDEST]; TILE];
                            (sums.as_flattened_mut(), WIDEST)
                        }
                    };
                    let (panel, b) = (&panel[..depth], &b[j - done..]);
                    of_height!(height, H => tile::<T, S, H>(simd, panel, b, n, tile_of_c, c_row));
                    if done > 0 {
                        for (c, sums) in c.chunks_exact_mut(n).zip(&sums) {
                            for (c, sum) in c[j..].iter_mut().zip(&sums[done..]) {
                                *c += *sum;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// First row and height of each panel: as few panels as can be, as equal as can be, so that the
/// last one too has enough sums to hide the latency of an addition (8 rows are 4 and 4, not 6 and
/// 2).
pub fn panels(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = rows.div_ceil(TILE);
    (0..count).map(move |panel| {
        let first = |panel: usize| panel * rows / count;
        (first(panel), first(panel + 1) - first(panel))
    })
}

/// The product where a row of B is shorter than a tile.
#[inline(always)]
fn few_columns<T: Vector>(size: Size, a: Strided<T>, b: &[T], c: &mut [T]) {
    for (i, c) in c.chunks_exact_mut(size.n).enumerate() {
        for (k, b) in b.chunks_exact(size.n).enumerate() {
            let a = a.numbers[i * a.row + k * a.column];
            for (c, &b) in c.iter_mut().zip(b) {
                *c += a * b;
            }
        }
    }
}

/// Rows from `i` and columns from `first` of A into a panel.
#[inline(always)]
fn fill<T: Copy>(panel: &mut [[T; TILE]], a: Strided<T>, i: usize, height: usize, first: usize) {
    // A single column has both distances 1 and is a case of the other branch.
    if a.row == 1 && a.column > 1 {
        let columns = a.numbers[i + first * a.column..].chunks(a.column);
        for (panel, column) in panel.iter_mut().zip(columns) {
            match column.first_chunk() {
                Some(column) => *panel = *column,
                None => panel[..height].copy_from_slice(&column[..height]),
            }
        }
    } else {
        for row in 0..height {
            let numbers = &a.numbers[(i + row) * a.row + first * a.column..];
            for (panel, &value) in panel.iter_mut().zip(numbers.iter().step_by(a.column)) {
                panel[row] = value;
            }
        }
    }
}

/// Adds Σₖ of the outer products of `H` numbers of A and 2 vectors of B to the corner of `c`. Rows
/// of B are `b_row` apart, those of C `c_row`.
#[inline(always)]
fn tile<T: Vector, S: Simd, const H: usize>(
    simd: S,
    panel: &[[T; TILE]],
    b: &[T],
    b_row: usize,
    c: &mut [T],
    c_row: usize,
) {
    let lanes = T::lanes::<S>();
    let width = 2 * lanes;
    assert!(b.len() >= (panel.len() - 1) * b_row + width);
    let zero = T::splat(simd, T::zero());
    let mut sums = [[zero; 2]; TILE];
    macro_rules! step {
        ($a:expr, $at:expr) => {
            // SAFETY: this is at most the start of the last row, whose 2 vectors were checked
            // above.
            let (b0, b1) = unsafe { (T::at::<S>(b, $at), T::at::<S>(b, $at + lanes)) };
            unrolled!(row in [0 1 2 3 4 5] below H => {
                let a = T::splat(simd, $a[row]);
                sums[row][0] = T::multiply_add(simd, a, b0, sums[row][0]);
                sums[row][1] = T::multiply_add(simd, a, b1, sums[row][1]);
            });
        };
    }
    let (pairs, last) = panel.as_chunks::<2>();
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let (mut pair, mut at) = (0, 0);
    while pair < pairs.len() {
        step!(pairs[pair][0], at);
        step!(pairs[pair][1], at + b_row);
        (pair, at) = (pair + 1, at + 2 * b_row);
    }
    if let [a] = last {
        step!(a, at);
    }
    unrolled!(row in [0 1 2 3 4 5] below H => {
        let (c, _) = T::split_mut::<S>(&mut c[row * c_row..][..width]);
        c[0] = T::plus(simd, c[0], sums[row][0]);
        c[1] = T::plus(simd, c[1], sums[row][1]);
    });
}
