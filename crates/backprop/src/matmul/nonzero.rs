//! `$C \mathrel{+}= A B$` where many numbers of A are zero: each row of C gathers those rows of B whose
//! weights are not.
//!
//! Behind a ReLU the gradient `$A = dy^\top$` is zero wherever a unit was not active: in the hidden layer of
//! a network for MNIST, for six samples in ten. A tile of C, one row by up to 14 vectors, stays in registers
//! while the nonzero weights of the row run. Every vector of B is read for one multiplication, where
//! [`rows`](super::rows) reads one for six, so a number of B costs 1.4 times as much as there, and
//! only those that count are paid for: at 0.39 nonzero weights 0.7 times as much in all.

use pulp::Simd;
use spec::Real;

use super::vector::{Vector, unrolled};
use super::{Size, Strided};

/// Vectors of a tile: with a weight, 15 of 16 registers.
const WIDTH: usize = 14;
/// Numbers in a vector of the widest instruction set.
const WIDEST: usize = 16;
/// Rows of C taken in one go.
const ROWS: usize = 24;
/// Rows of B taken in one go: the first cache holds a tile's width of them.
const DEPTH: usize = 32;

/// Calls a function that is generic over the width of a tile with a width known at run time.
macro_rules! of_width {
    ($width:expr, $constant:ident => $call:expr) => {
        of_width!(@ $width, $constant, $call, 14 13 12 11 10 9 8 7 6 5 4 3 2 1)
    };
    (@ $width:expr, $constant:ident, $call:expr, $($of:literal)*) => {
        match $width {
            $($of => {
                const $constant: usize = $of;
                $call
            })*
            _ => unreachable!("a tile has at most so many vectors"),
        }
    };
}

/// The weights of a row that are not zero, and where the rows of B begin that they weigh.
#[derive(Clone, Copy)]
struct Weights<T> {
    count: usize,
    values: [T; DEPTH],
    starts: [u32; DEPTH],
}

/// Whether so many weights are zero that this kernel is faster than [`rows`](super::rows): fewer than
/// 6 in 10 are left.
pub(super) fn pays<'a, T: Real>(stretches: impl IntoIterator<Item = &'a [T]>) -> bool {
    let (mut nonzero, mut all) = (0, 0);
    for a in stretches {
        nonzero += a.iter().filter(|&&a| a != T::zero()).count();
        all += a.len();
    }
    10 * nonzero < 6 * all
}

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
    let lanes = T::lanes::<S>();
    let mut weights = [Weights {
        count: 0,
        values: [T::zero(); DEPTH],
        starts: [0; DEPTH],
    }; ROWS];
    for first in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - first);
        let b = &b[first * n..(first + depth) * n];
        for top in (0..m).step_by(ROWS) {
            let height = ROWS.min(m - top);
            let weights = &mut weights[..height];
            for (row, weights) in weights.iter_mut().enumerate() {
                let of_row = &a.numbers[(top + row) * a.row + first * a.column..];
                weights.gather(of_row.iter().step_by(a.column).take(depth), n);
            }
            let c = &mut c[top * n..(top + height) * n];
            for (first, vectors) in tiles(n / lanes) {
                let (b, left) = (&b[first * lanes..], first * lanes);
                for (weights, c) in weights.iter().zip(c.chunks_exact_mut(n)) {
                    let c = &mut c[left..];
                    of_width!(vectors, W => tile::<T, S, W>(simd, weights, b, c));
                }
            }
            // The last vector reaches back over columns that are done: its sums go to a place of their
            // own, and only the new ones are added to C.
            let rest = n % lanes;
            for (weights, c) in weights.iter().zip(c.chunks_exact_mut(n)) {
                if n < lanes {
                    weights.add_to(b, c);
                } else if rest > 0 {
                    let mut sums = [T::zero(); WIDEST];
                    tile::<T, S, 1>(simd, weights, &b[n - lanes..], &mut sums);
                    for (c, sum) in c[n - rest..].iter_mut().zip(&sums[lanes - rest..]) {
                        *c += *sum;
                    }
                }
            }
        }
    }
}

/// First vector and vectors of each tile: as few tiles as can be, as equal as can be, since one of few
/// vectors waits for each of its additions.
fn tiles(vectors: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = vectors.div_ceil(WIDTH);
    (0..count).map(move |tile| {
        let first = |tile: usize| tile * vectors / count;
        (first(tile), first(tile + 1) - first(tile))
    })
}

impl<T: Vector> Weights<T> {
    /// Takes those that are not zero, for rows of B with `n` numbers.
    #[inline(always)]
    fn gather<'a>(&mut self, weights: impl Iterator<Item = &'a T>, n: usize) {
        let mut count = 0;
        for (k, &weight) in weights.enumerate() {
            // Written always and counted if it is one: a branch could not be foreseen.
            self.values[count] = weight;
            self.starts[count] = (k * n) as u32;
            count += usize::from(weight != T::zero());
        }
        self.count = count;
    }

    /// Adds the weighted rows of B to a row of C that is shorter than a vector.
    #[inline(always)]
    fn add_to(&self, b: &[T], c: &mut [T]) {
        for (&start, &weight) in self.starts().iter().zip(&self.values) {
            for (c, &b) in c.iter_mut().zip(&b[start as usize..]) {
                *c += weight * b;
            }
        }
    }

    #[inline(always)]
    fn starts(&self) -> &[u32] {
        &self.starts[..self.count]
    }
}

/// Adds the weighted rows of B to `W` vectors of a row of C.
#[inline(always)]
fn tile<T: Vector, S: Simd, const W: usize>(simd: S, weights: &Weights<T>, b: &[T], c: &mut [T]) {
    let width = W * T::lanes::<S>();
    let (c, _) = T::split_mut::<S>(&mut c[..width]);
    let mut sums = [T::splat(simd, T::zero()); WIDTH];
    let (starts, values) = (weights.starts(), &weights.values);
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let mut at = 0;
    while at < starts.len() {
        let (b, _) = T::split::<S>(&b[starts[at] as usize..][..width]);
        let weight = T::splat(simd, values[at]);
        unrolled!(v in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] below W => {
            sums[v] = T::multiply_add(simd, weight, b[v], sums[v]);
        });
        at += 1;
    }
    unrolled!(v in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] below W => {
        c[v] = T::plus(simd, c[v], sums[v]);
    });
}
