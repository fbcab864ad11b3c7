//! Products with a matrix whose rows are stretches of one buffer, which may overlap:
//! `$B_{kj} = b_{o_k + j}$` with an offset `$o_k$` for each row. The rows are those of a convolution, see
//! `planes.rs`.
//!
//! | product | as | |
//! |---|---|---|
//! | [`Gather`] | `$C = A B$` | a row of C is a weighted sum of rows of B |
//! | [`Dots`] | `$C \mathrel{+}= \sum_s A_s B_s^\top$` | over samples `$s$` |
//!
//! The tiles are those of [`rows`](super::rows) and [`dots`](super::dots).

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Arch, Simd, WithSimd};
use spec::Real;

use super::vector::{Vector, unrolled};

/// Most rows of A in a tile.
const TILE: usize = 6;
/// Numbers in 2 vectors of the widest instruction set: so many may be read and written after the end
/// of a row.
pub(crate) const SLACK: usize = 32;

/// A matrix A in strips of at most 6 rows, each strip column by column.
#[derive(Clone, Debug)]
pub(crate) struct Strips<T> {
    numbers: Vec<[T; TILE]>,
    rows: usize,
}

impl<T: Real> Strips<T> {
    /// A matrix without rows.
    pub fn new() -> Self {
        Self {
            numbers: Vec::new(),
            rows: 0,
        }
    }

    /// Takes `rows` rows with `columns` numbers each, number `(i, k)` from `at`.
    pub fn fill(&mut self, rows: usize, columns: usize, at: impl Fn(usize, usize) -> T) {
        self.rows = rows;
        self.numbers.clear();
        for (first, height) in strips(rows) {
            self.numbers.extend((0..columns).map(|k| {
                let mut numbers = [T::zero(); TILE];
                for (row, number) in numbers[..height].iter_mut().enumerate() {
                    *number = at(first + row, k);
                }
                numbers
            }));
        }
    }
}

/// First row and height of each strip: as few strips as can be, as equal as can be, so that the last
/// one too has enough sums to hide the latency of an addition.
fn strips(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = rows.div_ceil(TILE);
    (0..count).map(move |strip| {
        let first = |strip: usize| strip * rows / count;
        (first(strip), first(strip + 1) - first(strip))
    })
}

/// `$c_{ij} = \sum_k a_{ik}\, b_{o_k + j}$` for `j` below `n`.
pub(crate) struct Gather<'a, T> {
    /// `[M, K]`.
    pub a: &'a Strips<T>,
    /// `[K]`.
    pub offsets: &'a [usize],
    /// Reaches [`SLACK`] beyond the last row.
    pub b: &'a [T],
    /// `[M, c_row]`, with `c_row` at least n + [`SLACK`]: the rest of a row is overwritten too.
    pub c: &'a mut [T],
    /// Distance of the rows of c.
    pub c_row: usize,
    /// Numbers of a row.
    pub n: usize,
}

impl<T: Real> Gather<'_, T> {
    /// Computes it.
    pub fn run(self) {
        let Self {
            a,
            offsets,
            c_row,
            n,
            ..
        } = self;
        let (strips, rows) = (a.numbers.as_flattened(), a.rows);
        // A Real is f32 or f64, so these casts are from a type to itself.
        if T::DTYPE == f32::DTYPE {
            Arch::new().dispatch(GatherOf::<f32> {
                strips: cast_slice(strips),
                rows,
                offsets,
                b: cast_slice(self.b),
                c: cast_slice_mut(self.c),
                c_row,
                n,
            });
        } else {
            Arch::new().dispatch(GatherOf::<f64> {
                strips: cast_slice(strips),
                rows,
                offsets,
                b: cast_slice(self.b),
                c: cast_slice_mut(self.c),
                c_row,
                n,
            });
        }
    }
}

struct GatherOf<'a, T> {
    strips: &'a [T],
    rows: usize,
    offsets: &'a [usize],
    b: &'a [T],
    c: &'a mut [T],
    c_row: usize,
    n: usize,
}

impl<T: Vector> WithSimd for GatherOf<'_, T> {
    type Output = ();

    // Everything below must be inlined into this function: it is what pulp compiles for each
    // instruction set.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            offsets,
            b,
            c,
            c_row,
            ..
        } = self;
        let width = 2 * size_of::<T::Of<S>>() / size_of::<T>();
        let (numbers, _) = self.strips.as_chunks::<TILE>();
        for (index, (first, height)) in strips(self.rows).enumerate() {
            let strip = &numbers[index * offsets.len()..][..offsets.len()];
            for j in (0..self.n).step_by(width) {
                let (b, c) = (&b[j..], &mut c[first * c_row + j..]);
                match height {
                    6 => gather::<T, S, 6>(simd, strip, offsets, b, c, c_row),
                    5 => gather::<T, S, 5>(simd, strip, offsets, b, c, c_row),
                    4 => gather::<T, S, 4>(simd, strip, offsets, b, c, c_row),
                    3 => gather::<T, S, 3>(simd, strip, offsets, b, c, c_row),
                    2 => gather::<T, S, 2>(simd, strip, offsets, b, c, c_row),
                    _ => gather::<T, S, 1>(simd, strip, offsets, b, c, c_row),
                }
            }
        }
    }
}

/// `H` rows and 2 vectors of C.
#[inline(always)]
fn gather<T: Vector, S: Simd, const H: usize>(
    simd: S,
    strip: &[[T; TILE]],
    offsets: &[usize],
    b: &[T],
    c: &mut [T],
    c_row: usize,
) {
    let width = 2 * size_of::<T::Of<S>>() / size_of::<T>();
    let mut sums = [[T::splat(simd, T::zero()); 2]; TILE];
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let mut step = 0;
    while step < strip.len() {
        let a = &strip[step];
        let (b, _) = T::split::<S>(&b[offsets[step]..][..width]);
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
        c[0] = sums[row][0];
        c[1] = sums[row][1];
    });
}

/// `$c_{ik} \mathrel{+}= \sum_s \sum_j a_{s,i,j}\, b_{s,o_k + j}$` for `j` below `n`.
pub(crate) struct Dots<'a, T> {
    /// A of each sample, with zeros in the [`SLACK`] after the `n` numbers of a row.
    pub a: Samples<'a, T>,
    /// Distance of the rows of A.
    pub a_row: usize,
    /// B of each sample; it reaches [`SLACK`] beyond the last row.
    pub b: Samples<'a, T>,
    /// `[K]`.
    pub offsets: &'a [usize],
    /// `[M, K]`.
    pub c: &'a mut [T],
    /// Numbers of a row.
    pub n: usize,
}

/// A matrix for each sample.
#[derive(Clone, Copy)]
pub(crate) struct Samples<'a, T> {
    /// From the first number of the first matrix on.
    pub numbers: &'a [T],
    /// From a sample to the next.
    pub distance: usize,
    /// Number of samples.
    pub count: usize,
}

impl<'a, T: Real> Samples<'a, T> {
    fn cast<U: Real>(self) -> Samples<'a, U> {
        Samples {
            numbers: cast_slice(self.numbers),
            distance: self.distance,
            count: self.count,
        }
    }
}

impl<T: Real> Dots<'_, T> {
    /// Computes it.
    pub fn run(self) {
        let Self {
            a,
            a_row,
            b,
            offsets,
            c,
            n,
        } = self;
        if T::DTYPE == f32::DTYPE {
            let (a, b, c) = (a.cast::<f32>(), b.cast(), cast_slice_mut(c));
            Arch::new().dispatch(DotsOf(Dots {
                a,
                a_row,
                b,
                offsets,
                c,
                n,
            }));
        } else {
            let (a, b, c) = (a.cast::<f64>(), b.cast(), cast_slice_mut(c));
            Arch::new().dispatch(DotsOf(Dots {
                a,
                a_row,
                b,
                offsets,
                c,
                n,
            }));
        }
    }
}

struct DotsOf<'a, T>(Dots<'a, T>);

impl<T: Vector> WithSimd for DotsOf<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let product = self.0;
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
    let width = size_of::<T::Of<S>>() / size_of::<T>();
    let length = n.next_multiple_of(width);
    let zero = T::splat(simd, T::zero());
    let mut lanes = [[zero; 3]; 4];
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
    }
    unrolled!(row in [0 1 2 3] below R => {
        unrolled!(column in [0 1 2] below Q => {
            c[(corner.row + row) * c_row + corner.column + column] += T::total(simd, lanes[row][column]);
        });
    });
}
