//! `$C \mathrel{+}= A B$` where many numbers of A are zero: each row of C gathers those rows of B
//! whose weights are not.
//!
//! Behind a ReLU the gradient `$A = dy^\top$` is zero wherever a unit was not active: in the hidden
//! layer of a network for MNIST, for six samples in ten. A tile of C, one row by up to 14 vectors,
//! stays in registers while the nonzero weights of the row run. Every vector of B is read for one
//! multiplication, where [`rows`](super::rows) reads one for six, so a number of B costs more than
//! there, but only those that count are paid for.
//!
//! Here the zeros of A are found anew for each product; [`sparse_rows`](super::sparse_rows)
//! keeps its lists for several.

use crate::Real;
use crate::instruction_set::arch;
use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use super::vector::{Vector, unrolled};
use super::vectorized::Vectorized;
use super::{Size, Strided};
use crate::entry_points;

/// Vectors of a tile: with a weight, 15 of 16 registers.
const WIDTH: usize = 14;
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

/// Rows of a matrix by their weights that are not zero.
#[derive(Clone, Copy)]
pub struct Weights<'a, T> {
    /// Where those of each row begin among the weights below.
    pub starts: &'a [u32],
    /// And where they end.
    pub ends: &'a [u32],
    /// The next row is so many starts and ends further.
    pub step: usize,
    /// The rows of B that they weigh.
    pub places: &'a [u32],
    /// The weights.
    pub values: &'a [T],
}

/// Whether so many weights are zero that this kernel is faster than [`rows`](super::rows): fewer
/// than 6 in 10 are left.
pub fn pays<'a, T: Real>(stretches: impl IntoIterator<Item = &'a [T]>) -> bool {
    let (mut nonzero, mut all) = (0, 0);
    for a in stretches {
        nonzero += arch().dispatch(Nonzero(a));
        all += a.len();
    }
    10 * nonzero < 6 * all
}

/// Counts the numbers that are not 0.
struct Nonzero<'a, T>(&'a [T]);

impl<T: Real> WithSimd for Nonzero<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        let nonzero = self.0.iter().map(|&a| u32::from(a != T::zero()));
        nonzero.sum::<u32>() as usize
    }
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
    let (mut places, mut values) = ([0; ROWS * DEPTH + 1], [T::zero(); ROWS * DEPTH + 1]);
    let mut starts = [0; ROWS + 1];
    for first in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - first);
        let b = &b[first * n..(first + depth) * n];
        for top in (0..m).step_by(ROWS) {
            let height = ROWS.min(m - top);
            let mut count = 0;
            for row in 0..height {
                let of_row = &a.numbers[(top + row) * a.row + first * a.column..];
                for (place, &weight) in of_row.iter().step_by(a.column).take(depth).enumerate() {
                    // Written always and counted if it is one: a branch could not be foreseen.
                    (places[count], values[count]) = (place as u32, weight);
                    count += usize::from(weight != T::zero());
                }
                starts[row + 1] = count as u32;
            }
            let weights = Weights {
                starts: &starts,
                ends: &starts[1..],
                step: 1,
                places: &places,
                values: &values,
            };
            let c = &mut c[top * n..(top + height) * n];
            add(simd, weights, b, n, Begin::AtC, c);
        }
    }
}

/// What the weighted rows of B are added to.
#[derive(Clone, Copy)]
pub enum Begin<'a, T> {
    /// The rows of C.
    AtC,
    /// Zeros, in the place of them.
    AtZero,
    /// This row, in the place of each row of C.
    At(&'a [T]),
}

/// Adds weighted rows of B up in the rows of C; both have `n` numbers.
pub fn weighted<T: Real>(weights: Weights<T>, b: &[T], n: usize, begin: Begin<T>, c: &mut [T]) {
    Weighted {
        weights,
        b,
        n,
        begin,
        c,
    }
    .run();
}

/// Rows of C that gather weighted rows of B.
struct Weighted<'a, T> {
    weights: Weights<'a, T>,
    b: &'a [T],
    /// Numbers of a row of B and C.
    n: usize,
    begin: Begin<'a, T>,
    c: &'a mut [T],
}

entry_points!(Weighted);

impl<'a, T: Real> Vectorized for Weighted<'a, T> {
    type Number = T;
    type With<V: Vector> = Weighted<'a, V>;

    fn with<V: Vector>(self) -> Weighted<'a, V> {
        let Weights {
            starts,
            ends,
            step,
            places,
            values,
        } = self.weights;
        Weighted {
            weights: Weights {
                starts,
                ends,
                step,
                places,
                values: cast_slice(values),
            },
            b: cast_slice(self.b),
            n: self.n,
            begin: match self.begin {
                Begin::AtC => Begin::AtC,
                Begin::AtZero => Begin::AtZero,
                Begin::At(row) => Begin::At(cast_slice(row)),
            },
            c: cast_slice_mut(self.c),
        }
    }
}

impl<T: Vector> WithSimd for Weighted<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        add(simd, self.weights, self.b, self.n, self.begin, self.c);
    }
}

/// Adds the weighted rows of B up in the rows of C, which have `n` numbers like those of B. A
/// tile's columns of B are read by all rows of C before the next, so that they stay in the first
/// cache if it can hold them.
#[inline(always)]
fn add<T: Vector, S: Simd>(
    simd: S,
    weights: Weights<T>,
    b: &[T],
    n: usize,
    begin: Begin<T>,
    c: &mut [T],
) {
    let lanes = T::lanes::<S>();
    if n < lanes {
        for (row, c) in c.chunks_exact_mut(n).enumerate() {
            match begin {
                Begin::AtC => {}
                Begin::AtZero => c.fill(T::zero()),
                Begin::At(row) => c.copy_from_slice(row),
            }
            weights.row(row).add_short(b, c);
        }
        return;
    }
    for (first, vectors, back) in tiles(n, lanes) {
        let b = &b[first..];
        let begin = match begin {
            Begin::At(row) => Begin::At(&row[first..]),
            other => other,
        };
        of_width!(vectors, W => for (row, c) in c.chunks_exact_mut(n).enumerate() {
            tile::<T, S, W>(simd, weights.row(row), b, n, back, begin, &mut c[first..]);
        });
    }
}

/// First number, vectors and numbers that the last vector reaches back, of each tile of a row: as
/// few tiles as can be, as equal as can be, since one of few vectors waits for each of its
/// additions. The last vector of the row reaches back over numbers that the one before has, so that
/// it ends with the row.
fn tiles(n: usize, lanes: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let vectors = n.div_ceil(lanes);
    let count = vectors.div_ceil(WIDTH);
    (0..count).map(move |tile| {
        let first = |tile: usize| tile * vectors / count;
        let back = (first(tile + 1) * lanes).saturating_sub(n);
        (first(tile) * lanes, first(tile + 1) - first(tile), back)
    })
}

impl<'a, T: Real> Weights<'a, T> {
    /// One of the rows.
    #[inline(always)]
    fn row(&self, row: usize) -> Row<'a, T> {
        let at = row * self.step;
        let of_row = self.starts[at] as usize..self.ends[at] as usize;
        Row {
            places: &self.places[of_row.clone()],
            values: &self.values[of_row],
        }
    }
}

/// The weights of one row.
#[derive(Clone, Copy)]
struct Row<'a, T> {
    places: &'a [u32],
    values: &'a [T],
}

impl<T: Real> Row<'_, T> {
    /// Adds the weighted rows of B to a row of C that is shorter than a vector.
    #[inline(always)]
    fn add_short(&self, b: &[T], c: &mut [T]) {
        for (&place, &weight) in self.places.iter().zip(self.values) {
            let b = &b[place as usize * c.len()..];
            for (c, &b) in c.iter_mut().zip(b) {
                *c += weight * b;
            }
        }
    }
}

/// Adds the weighted rows of B, `n` numbers apart, up in `W` vectors of a row of C, of which the
/// last reaches back over some numbers of the one before, with the same sums.
#[inline(always)]
fn tile<T: Vector, S: Simd, const W: usize>(
    simd: S,
    weights: Row<T>,
    b: &[T],
    n: usize,
    back: usize,
    begin: Begin<T>,
    c: &mut [T],
) {
    let lanes = T::lanes::<S>();
    let width = W * lanes - back;
    let from = |v: usize| if v + 1 == W { width - lanes } else { v * lanes };
    let zero = T::splat(simd, T::zero());
    let mut sums = [zero; WIDTH];
    if let Begin::At(row) = begin {
        let row = &row[..width];
        unrolled!(v in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] below W => {
            // SAFETY: the last vector ends where the slice does.
            sums[v] = unsafe { T::at::<S>(row, from(v)) };
        });
    }
    let Row { places, values } = weights;
    let values = &values[..places.len()];
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let mut at = 0;
    while at < places.len() {
        let b = &b[places[at] as usize * n..][..width];
        let weight = T::splat(simd, values[at]);
        unrolled!(v in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] below W => {
            // SAFETY: as above.
            sums[v] = T::multiply_add(simd, weight, unsafe { T::at::<S>(b, from(v)) }, sums[v]);
        });
        at += 1;
    }
    let c = &mut c[..width];
    if let Begin::AtC = begin {
        // All of them before the first is written, since the last ones reach over each other.
        unrolled!(v in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] below W => {
            // SAFETY: as above.
            sums[v] = T::plus(simd, unsafe { T::at::<S>(c, from(v)) }, sums[v]);
        });
    }
    unrolled!(v in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] below W => {
        // SAFETY: as above.
        unsafe { T::put::<S>(c, from(v), sums[v]) };
    });
}
