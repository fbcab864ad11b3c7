//! `$c_{ij} = \sum_k a_{ik}\, b_{o_k + j}$`: each row of C gathers weighted stretches of b.
//!
//! A tile of C, 6 rows by 2 vectors, stays in registers while `$k$` runs.

use crate::Real;
use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::entry_points;
use crate::matmul::rows::panels;
use crate::matmul::vector::{Vector, of_height, unrolled};
use crate::matmul::vectorized::Vectorized;

/// Most rows of A in a tile.
const TILE: usize = 6;

/// A matrix A in panels of at most 6 rows, each panel column by column.
#[derive(Clone, Debug)]
pub struct Panels<T> {
    numbers: Vec<[T; TILE]>,
    rows: usize,
}

impl<T: Real> Default for Panels<T> {
    /// A matrix without rows.
    fn default() -> Self {
        Self {
            numbers: Vec::new(),
            rows: 0,
        }
    }
}

impl<T: Real> Panels<T> {
    /// Takes `rows` rows with `columns` numbers each, the numbers of a row from `row`.
    pub fn fill<R: Iterator<Item = T>>(
        &mut self,
        rows: usize,
        columns: usize,
        row: impl Fn(usize) -> R,
    ) {
        self.rows = rows;
        let count = rows.div_ceil(TILE);
        self.numbers.resize(count * columns, [T::zero(); TILE]);
        for (panel, (first, height)) in panels(rows).enumerate() {
            let panel = &mut self.numbers[panel * columns..][..columns];
            for at in 0..height {
                for (numbers, number) in panel.iter_mut().zip(row(first + at)) {
                    numbers[at] = number;
                }
            }
        }
    }
}

/// `$c_{ij} = \sum_k a_{ik}\, b_{o_k + j}$` for `j` below `n`.
pub struct Gather<'a, T> {
    /// `[M, K]`.
    pub a: &'a Panels<T>,
    /// `[K]`.
    pub offsets: &'a [usize],
    /// Reaches [`SLACK`](super::SLACK) beyond the last row.
    pub b: &'a [T],
    /// `[M, c_row]`, with `c_row` at least n + [`SLACK`](super::SLACK): the rest of a row is
    /// overwritten too.
    pub c: &'a mut [T],
    /// Distance of the rows of c.
    pub c_row: usize,
    /// Numbers of a row.
    pub n: usize,
}

entry_points!(GatherOf);

impl<'a, T: Real> Vectorized for Gather<'a, T> {
    type Number = T;
    type With<V: Vector> = GatherOf<'a, V>;

    fn with<V: Vector>(self) -> GatherOf<'a, V> {
        GatherOf {
            panels: cast_slice(self.a.numbers.as_flattened()),
            rows: self.a.rows,
            offsets: self.offsets,
            b: cast_slice(self.b),
            c: cast_slice_mut(self.c),
            c_row: self.c_row,
            n: self.n,
        }
    }
}

/// [`Gather`] with the numbers of its panels.
pub struct GatherOf<'a, T> {
    panels: &'a [T],
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
        let width = 2 * T::lanes::<S>();
        let (numbers, _) = self.panels.as_chunks::<TILE>();
        for (index, (first, height)) in panels(self.rows).enumerate() {
            let panel = &numbers[index * offsets.len()..][..offsets.len()];
            for j in (0..self.n).step_by(width) {
                let (b, c) = (&b[j..], &mut c[first * c_row + j..]);
                of_height!(height, H => gather::<T, S, H>(simd, panel, offsets, b, c, c_row));
            }
        }
    }
}

/// `H` rows and 2 vectors of C.
#[inline(always)]
fn gather<T: Vector, S: Simd, const H: usize>(
    simd: S,
    panel: &[[T; TILE]],
    offsets: &[usize],
    b: &[T],
    c: &mut [T],
    c_row: usize,
) {
    let width = 2 * T::lanes::<S>();
    let mut sums = [[T::splat(simd, T::zero()); 2]; TILE];
    // By index: an iterator whose `next` is not inlined would spill every sum around the call.
    let mut step = 0;
    while step < panel.len() {
        let a = &panel[step];
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
