//! How a [`Foreground`](super::Foreground) is found and multiplied, in the vectors of the processor.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};
use spec::Real;

use super::super::vector::{Vector, unrolled};
use super::super::vectorized::Vectorized;
use super::Place;

/// A row has a background if at most so many tenths of its vectors differ from it.
const TENTHS_OF_ROW: usize = 7;
/// Units of a tile of outputs: more would need more addresses than there are registers.
const OUTPUTS: usize = 8;
/// Units of a tile of gradients: with a vector of the foreground and a gradient, 14 of 16 registers.
const GRADIENTS: usize = 12;

/// Fills a [`Foreground`] row by row.
pub(super) struct Search<'a, T> {
    pub columns: usize,
    pub x: &'a [T],
    pub backgrounds: &'a mut [T],
    pub starts: &'a mut [usize],
    pub vectors: &'a mut [u32],
    pub differences: &'a mut [T],
}

impl<'a, T: Real> Vectorized for Search<'a, T> {
    type Number = T;
    type With<V: Vector> = Search<'a, V>;

    fn with<V: Vector>(self) -> Search<'a, V> {
        Search {
            columns: self.columns,
            x: cast_slice(self.x),
            backgrounds: cast_slice_mut(self.backgrounds),
            starts: self.starts,
            vectors: self.vectors,
            differences: cast_slice_mut(self.differences),
        }
    }
}

impl<T: Vector> WithSimd for Search<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        let vectors = self.columns / lanes;
        let mut count = 0;
        for (row, x) in self.x.chunks_exact(self.columns.max(1)).enumerate() {
            let x = &x[..vectors * lanes];
            let start = count;
            let background = x.first().copied().filter(|x| x.is_finite());
            if let Some(background) = background {
                let away = T::splat(simd, -background);
                for (vector, x) in x.chunks_exact(lanes).enumerate() {
                    // Written always and counted if it is one: a branch could not be foreseen.
                    let place = count * lanes;
                    let difference = &mut self.differences[place..place + lanes];
                    T::split_mut::<S>(difference).0[0] = T::plus(simd, T::split::<S>(x).0[0], away);
                    self.vectors[count] = vector as u32;
                    let differs = x
                        .iter()
                        .fold(0, |differs, &x| differs | u32::from(x != background));
                    count += differs as usize;
                }
                self.backgrounds[row] = background;
            }
            if background.is_none() || 10 * (count - start) > TENTHS_OF_ROW * vectors {
                self.backgrounds[row] = T::zero();
                count = start + vectors;
                self.differences[start * lanes..count * lanes].copy_from_slice(x);
                for (vector, of_row) in self.vectors[start..count].iter_mut().enumerate() {
                    *of_row = vector as u32;
                }
            }
            self.starts[row + 1] = count;
        }
    }
}

/// What the kernels read of a [`Foreground`], and the rows that it was taken from.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a, T> {
    pub columns: usize,
    pub x: &'a [T],
    pub backgrounds: &'a [T],
    pub starts: &'a [usize],
    pub vectors: &'a [u32],
    pub differences: &'a [T],
    pub starts_by_column: &'a [usize],
    pub places: &'a [Place],
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// By the weights, to the outputs.
    Outputs,
    /// By the gradients of the outputs, whose next row is `row` numbers further, to those of the weights.
    Gradients { row: usize },
}

pub(super) struct Product<'a, T> {
    pub kind: Kind,
    pub units: usize,
    pub of: Parts<'a, T>,
    pub by: &'a [T],
    pub to: &'a mut [T],
}

impl<'a, T: Real> Vectorized for Product<'a, T> {
    type Number = T;
    type With<V: Vector> = Product<'a, V>;

    fn with<V: Vector>(self) -> Product<'a, V> {
        let of = self.of;
        Product {
            kind: self.kind,
            units: self.units,
            of: Parts {
                columns: of.columns,
                x: cast_slice(of.x),
                backgrounds: cast_slice(of.backgrounds),
                starts: of.starts,
                vectors: of.vectors,
                differences: cast_slice(of.differences),
                starts_by_column: of.starts_by_column,
                places: of.places,
            },
            by: cast_slice(self.by),
            to: cast_slice_mut(self.to),
        }
    }
}

impl<T: Vector> WithSimd for Product<'_, T> {
    type Output = ();

    // Everything below must be inlined into this function: it is what pulp compiles for each
    // instruction set.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            kind,
            units,
            of,
            by,
            to,
        } = self;
        let mut unit = 0;
        while unit < units {
            let left = units - unit;
            unit += match (kind, left) {
                (Kind::Outputs, OUTPUTS..) => of.outputs::<S, OUTPUTS>(simd, by, units, unit, to),
                (Kind::Outputs, 4..) => of.outputs::<S, 4>(simd, by, units, unit, to),
                (Kind::Outputs, _) => of.outputs::<S, 1>(simd, by, units, unit, to),
                (Kind::Gradients { row }, GRADIENTS..) => {
                    of.gradients::<S, GRADIENTS>(simd, by, row, unit, to)
                }
                (Kind::Gradients { row }, 4..) => of.gradients::<S, 4>(simd, by, row, unit, to),
                (Kind::Gradients { row }, _) => of.gradients::<S, 1>(simd, by, row, unit, to),
            };
        }
    }
}

impl<T: Vector> Parts<'_, T> {
    /// Numbers of a row that fill whole vectors.
    #[inline(always)]
    fn whole<S: Simd>(&self) -> usize {
        self.columns - self.columns % T::lanes::<S>()
    }

    /// Adds the outputs of `Q` units from `unit` on, in all rows.
    #[inline(always)]
    fn outputs<S: Simd, const Q: usize>(
        &self,
        simd: S,
        weight: &[T],
        units: usize,
        unit: usize,
        y: &mut [T],
    ) -> usize {
        let (lanes, columns) = (T::lanes::<S>(), self.columns);
        let (whole, zero) = (self.whole::<S>(), T::splat(simd, T::zero()));
        let weight = &weight[unit * columns..][..Q * columns];
        // All rows cut to the same length, so that one comparison bounds every index.
        let mut w = [T::split::<S>(&weight[..whole]).0; OUTPUTS];
        unrolled!(q in [0 1 2 3 4 5 6 7] below Q => {
            w[q] = T::split::<S>(&weight[q * columns..][..whole]).0;
        });
        // Σᵢ W, if there is a background that it is for.
        let mut totals = [zero; OUTPUTS];
        if self.backgrounds.iter().any(|&c| c != T::zero()) {
            let mut at = 0;
            while at < whole / lanes {
                unrolled!(q in [0 1 2 3 4 5 6 7] below Q => {
                    totals[q] = T::plus(simd, totals[q], w[q][at]);
                });
                at += 1;
            }
        }
        for (row, &background) in self.backgrounds.iter().enumerate() {
            let of_row = self.starts[row]..self.starts[row + 1];
            let (differences, _) = T::split::<S>(self.differences);
            let differences = &differences[of_row.clone()];
            let vectors = &self.vectors[of_row];
            // c Σᵢ W, still in its lanes
            let mut sums = [zero; OUTPUTS];
            if background != T::zero() {
                let background = T::splat(simd, background);
                unrolled!(q in [0 1 2 3 4 5 6 7] below Q => {
                    sums[q] = T::multiply_add(simd, background, totals[q], zero);
                });
            }
            // By index: an iterator whose `next` is not inlined would spill every sum around the call.
            let mut at = 0;
            while at < vectors.len() {
                let (d, vector) = (differences[at], vectors[at] as usize);
                unrolled!(q in [0 1 2 3 4 5 6 7] below Q => {
                    sums[q] = T::multiply_add(simd, d, w[q][vector], sums[q]);
                });
                at += 1;
            }
            let x = &self.x[row * columns..][..columns];
            let y = &mut y[row * units + unit..][..Q];
            unrolled!(q in [0 1 2 3 4 5 6 7] below Q => {
                let mut sum = T::total(simd, sums[q]);
                for at in whole..columns {
                    sum += x[at] * weight[q * columns + at];
                }
                y[q] += sum;
            });
        }
        Q
    }

    /// Adds the gradients of the weights of `Q` units from `unit` on, over all rows.
    #[inline(always)]
    fn gradients<S: Simd, const Q: usize>(
        &self,
        simd: S,
        dy: &[T],
        row: usize,
        unit: usize,
        dw: &mut [T],
    ) -> usize {
        let (lanes, columns) = (T::lanes::<S>(), self.columns);
        let whole = self.whole::<S>();
        let (dy, dw) = (&dy[unit..], &mut dw[unit * columns..][..Q * columns]);
        let (differences, _) = T::split::<S>(self.differences);
        // Σₙ dy c
        let mut totals = [T::zero(); Q];
        for (&background, dy) in self.backgrounds.iter().zip(dy.chunks(row)) {
            if background != T::zero() {
                for (total, &dy) in totals.iter_mut().zip(&dy[..Q]) {
                    *total += background * dy;
                }
            }
        }
        for (vector, of_column) in self.starts_by_column[..whole / lanes + 1]
            .windows(2)
            .enumerate()
        {
            let places = &self.places[of_column[0]..of_column[1]];
            let mut sums = [T::splat(simd, T::zero()); GRADIENTS];
            unrolled!(q in [0 1 2 3 4 5 6 7 8 9 10 11] below Q => {
                sums[q] = T::splat(simd, totals[q]);
            });
            let mut at = 0;
            while at < places.len() {
                let place = places[at];
                let d = differences[place.vector as usize];
                let dy = &dy[place.row as usize * row..][..Q];
                unrolled!(q in [0 1 2 3 4 5 6 7 8 9 10 11] below Q => {
                    sums[q] = T::multiply_add(simd, T::splat(simd, dy[q]), d, sums[q]);
                });
                at += 1;
            }
            unrolled!(q in [0 1 2 3 4 5 6 7 8 9 10 11] below Q => {
                let dw = &mut dw[q * columns + vector * lanes..][..lanes];
                let dw = &mut T::split_mut::<S>(dw).0[0];
                *dw = T::plus(simd, *dw, sums[q]);
            });
        }
        for (x, dy) in self.x.chunks_exact(columns).zip(dy.chunks(row)) {
            for (&dy, dw) in dy[..Q].iter().zip(dw.chunks_exact_mut(columns)) {
                for (dw, &x) in dw[whole..].iter_mut().zip(&x[whole..]) {
                    *dw += dy * x;
                }
            }
        }
        Q
    }
}
