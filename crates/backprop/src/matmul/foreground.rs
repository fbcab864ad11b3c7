//! Rows that are mostly background, and a linear layer's products with them.
//!
//! In an image most numbers are one and the same: the paper, 81 in 100 pixels of MNIST. A row of the batch
//! is then its background `$c_n$` and what differs from it, `$x_{ni} = c_n + d_{ni}$`, so that
//!
//! ```math
//! \sum_i x_{ni} W_{ji} = c_n \sum_i W_{ji} + \sum_i d_{ni} W_{ji}, \qquad
//!   \sum_n dy_{nj}\, x_{ni} = \sum_n dy_{nj}\, c_n + \sum_n dy_{nj}\, d_{ni}
//! ```
//!
//! The first sum of each is that of the weights or the gradients alone, for all rows or all columns. The second
//! runs over the vectors of `$d$` that are not zero throughout, 39 in 100 of 8 numbers. Both are
//! what [`matmul`](super::matmul) computes, but for the rounding of the last bit.
//!
//! On two threads the outputs of the first layer of 784-300-100-10 take 172 us for 64 images, and 13 us to find
//! what differs, instead of 230 us. With batches of 256 an epoch takes 0.92 of the time.

use std::ops::Range;

use aligned_vec::{AVec, CACHELINE_ALIGN};
use bytemuck::{cast_slice, cast_slice_mut};
use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::{Simd, WithSimd};
use spec::Real;

use super::vector::{Vector, unrolled};
use super::vectorized::{Vectorized, lanes};

/// A row has a background if at most so many tenths of its vectors differ from it.
const TENTHS_OF_ROW: usize = 7;
/// The gradients of a batch are taken from its foreground if at most so many tenths of its vectors
/// belong to it; more are faster by their [zeros](super::nonzero).
const TENTHS_OF_BATCH: usize = 6;
/// And if there are so many rows. Fewer leave a column with a few vectors to add up before the next one: with
/// pieces of 32 rows two threads were as fast by zeros. With pieces of 64 an epoch, the outputs of the first
/// layer taken from the foreground too, takes 0.92 of the time.
const ROWS_FOR_GRADIENTS: usize = 64;
/// Units of a tile of outputs: more would need more addresses than there are registers.
const OUTPUTS: usize = 8;
/// Units of a tile of gradients: with a vector of the foreground and a gradient, 14 of 16 registers.
const GRADIENTS: usize = 12;

/// What differs from the background in some rows of a batch.
#[derive(Clone, Debug)]
pub struct Foreground<T> {
    /// Numbers of a row.
    columns: usize,
    /// Numbers of a vector; those of a row that fill none are not part of all this.
    lanes: usize,
    /// `$c_n$`, `[rows]`.
    backgrounds: Vec<T>,
    /// Which of the vectors below belong to each row: those up to the start of the next.
    starts: Vec<usize>,
    /// Which vector of its row each one is.
    vectors: Vec<u32>,
    /// `$d$`, vector behind vector.
    differences: AVec<T>,
    /// Which of the places below belong to the first, the second, ... vector of the rows.
    starts_by_column: Vec<usize>,
    /// Row and number of each vector, column by column.
    places: Vec<Place>,
}

/// Where a vector of the foreground stands.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    row: u32,
    vector: u32,
}

impl<T: Real> Foreground<T> {
    /// Of no rows yet, with so many columns.
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            lanes: lanes::<T>(),
            backgrounds: Vec::new(),
            starts: vec![0],
            vectors: Vec::new(),
            differences: AVec::new(CACHELINE_ALIGN),
            starts_by_column: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Takes these rows in the place of those before. The background of a row is its first number, or
    /// none if too much differs from it: so what a row gives does not depend on the others. Of rows
    /// with gaps in memory none has a background.
    ///
    /// # Panics
    /// When `x` has other columns than the foreground.
    pub fn take(&mut self, x: ArrayView2<T>) {
        assert_eq!(x.ncols(), self.columns, "columns of the rows");
        let x = x.to_slice().unwrap_or_default();
        let rows = x.len() / self.columns.max(1);
        let most = rows * (self.columns / self.lanes);
        if self.vectors.len() < most {
            self.vectors.resize(most, 0);
            self.places.resize(most, Place::default());
            self.differences = spec::aligned_zeros(most * self.lanes);
        }
        self.backgrounds.clear();
        self.backgrounds.resize(rows, T::zero());
        self.starts.clear();
        self.starts.resize(rows + 1, 0);
        Search {
            columns: self.columns,
            x,
            backgrounds: &mut self.backgrounds,
            starts: &mut self.starts,
            vectors: &mut self.vectors,
            differences: &mut self.differences,
        }
        .run();
        if self.pays_for_gradients() {
            self.sort_by_column();
        }
    }

    /// Lists the vectors column by column, in each by row.
    fn sort_by_column(&mut self) {
        let vectors = self.columns / self.lanes;
        // One further than the place: while they are filled, the start of a column moves to its end, which is
        // the start of the next.
        self.starts_by_column.clear();
        self.starts_by_column.resize(vectors + 2, 0);
        let starts = &mut self.starts_by_column[..];
        for &vector in &self.vectors[..self.starts[self.backgrounds.len()]] {
            starts[vector as usize + 2] += 1;
        }
        for vector in 2..starts.len() {
            starts[vector] += starts[vector - 1];
        }
        for (row, of_row) in self.starts.windows(2).enumerate() {
            for vector in of_row[0]..of_row[1] {
                let next = &mut starts[self.vectors[vector] as usize + 1];
                self.places[*next] = Place {
                    row: row as u32,
                    vector: vector as u32,
                };
                *next += 1;
            }
        }
    }

    /// Rows that it was taken from.
    fn rows(&self) -> usize {
        self.backgrounds.len()
    }

    /// Vectors in the foreground, and all there are.
    fn counts(&self) -> (usize, usize) {
        let all = self.rows() * (self.columns / self.lanes);
        (self.starts[self.rows()], all)
    }

    /// Whether there is a background at all.
    pub fn has_background(&self) -> bool {
        let (foreground, all) = self.counts();
        foreground < all
    }

    /// Whether [`Foreground::gradients`] are faster than those of whole rows.
    pub fn pays_for_gradients(&self) -> bool {
        let (foreground, all) = self.counts();
        self.rows() >= ROWS_FOR_GRADIENTS && 10 * foreground <= TENTHS_OF_BATCH * all
    }

    /// `$y \mathrel{+}= x W^\top$`, with `x` `[N, D_in]` the rows that were taken, `weight` `[units, D_in]`
    /// and `y` `[N, units]`.
    ///
    /// # Panics
    /// When the shapes do not fit or a matrix does not lie row by row.
    pub fn outputs(&self, x: ArrayView2<T>, weight: ArrayView2<T>, mut y: ArrayViewMut2<T>) {
        let units = weight.nrows();
        assert!(
            x.dim() == (self.rows(), self.columns)
                && weight.ncols() == self.columns
                && y.dim() == (self.rows(), units),
            "foreground of {} rows: {:?} times {:?} into {:?}",
            self.rows(),
            x.dim(),
            weight.dim(),
            y.dim()
        );
        Product {
            kind: Kind::Outputs,
            units,
            of: self.parts(x),
            by: weight.to_slice().expect("weights lie row by row"),
            to: y.as_slice_mut().expect("outputs lie row by row"),
        }
        .run();
    }

    /// `$dW \mathrel{+}= dy^\top x$` for some units, with `x` `[N, D_in]` the rows that were taken, `dy`
    /// `[N, D_out]` and `dw` `[units, D_in]`.
    ///
    /// # Panics
    /// When it [does not pay](Foreground::pays_for_gradients), the shapes do not fit or a matrix does not lie
    /// row by row.
    pub fn gradients(
        &self,
        dy: ArrayView2<T>,
        units: Range<usize>,
        x: ArrayView2<T>,
        dw: &mut [T],
    ) {
        assert!(
            x.dim() == (self.rows(), self.columns)
                && dy.nrows() == x.nrows()
                && units.end <= dy.ncols()
                && dw.len() == units.len() * self.columns,
            "foreground of {} rows: units {units:?} of {:?} times {:?} into {}",
            self.rows(),
            dy.dim(),
            x.dim(),
            dw.len()
        );
        assert!(
            self.pays_for_gradients(),
            "the foreground is not in columns"
        );
        let of_dy = dy.to_slice().expect("gradients lie row by row");
        if of_dy.is_empty() || units.is_empty() {
            return;
        }
        Product {
            kind: Kind::Gradients { row: dy.ncols() },
            units: units.len(),
            of: self.parts(x),
            by: &of_dy[units.start..],
            to: dw,
        }
        .run();
    }

    fn parts<'a>(&'a self, x: ArrayView2<'a, T>) -> Parts<'a, T> {
        Parts {
            columns: self.columns,
            x: x.to_slice().expect("a batch lies row by row"),
            backgrounds: &self.backgrounds,
            starts: &self.starts,
            vectors: &self.vectors,
            differences: &self.differences,
            starts_by_column: &self.starts_by_column,
            places: &self.places,
        }
    }
}

/// Fills a [`Foreground`] row by row.
struct Search<'a, T> {
    columns: usize,
    x: &'a [T],
    backgrounds: &'a mut [T],
    starts: &'a mut [usize],
    vectors: &'a mut [u32],
    differences: &'a mut [T],
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
struct Parts<'a, T> {
    columns: usize,
    x: &'a [T],
    backgrounds: &'a [T],
    starts: &'a [usize],
    vectors: &'a [u32],
    differences: &'a [T],
    starts_by_column: &'a [usize],
    places: &'a [Place],
}

#[derive(Clone, Copy)]
enum Kind {
    /// By the weights, to the outputs.
    Outputs,
    /// By the gradients of the outputs, whose next row is `row` numbers further, to those of the weights.
    Gradients { row: usize },
}

struct Product<'a, T> {
    kind: Kind,
    units: usize,
    of: Parts<'a, T>,
    by: &'a [T],
    to: &'a mut [T],
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matmul::{matmul, naive};
    use ndarray::{Array2, s};
    use proptest::prelude::*;
    use rand::RngExt;
    use spec::Streams;

    /// Rows of which a share differs from a background, which is not the same for all of them.
    fn images<T: Real>(rows: usize, columns: usize, share: f64) -> Array2<T> {
        let mut rng = Streams::new(1).stream("images");
        let mut images = Array2::zeros((rows, columns));
        for (row, mut image) in images.rows_mut().into_iter().enumerate() {
            image.fill(T::of([-0.4, 0.0, 0.7][row % 3]));
            for x in image.iter_mut().skip(1) {
                if rng.random_bool(share) {
                    *x = T::of(rng.random_range(-1.0..1.0));
                }
            }
        }
        images
    }

    fn random<T: Real>(rows: usize, columns: usize, stream: &str) -> Array2<T> {
        let mut rng = Streams::new(1).stream(stream);
        Array2::from_shape_simple_fn((rows, columns), || T::of(rng.random_range(-1.0..1.0)))
    }

    fn close<T: Real>(found: &Array2<T>, expected: &Array2<T>, tolerance: f64) {
        for (at, found) in found.indexed_iter() {
            let error = (found.f64() - expected[at].f64()).abs();
            assert!(error <= tolerance, "{at:?} is off by {error}");
        }
    }

    /// Both products of all rows at once against the definition.
    fn prove<T: Real>(x: &Array2<T>, units: usize, rounding: f64) {
        let (rows, columns) = x.dim();
        let mut foreground = Foreground::new(columns);
        // What was there before must not matter.
        foreground.take(random::<T>(rows + 3, columns, "before").view());
        foreground.take(x.view());

        let (weight, y) = (
            random::<T>(units, columns, "weight"),
            random(rows, units, "y"),
        );
        let (mut expected, mut found) = (y.clone(), y);
        naive(x.view(), weight.t(), expected.view_mut());
        foreground.outputs(x.view(), weight.view(), found.view_mut());
        close(&found, &expected, rounding * columns as f64);

        if !foreground.pays_for_gradients() {
            return;
        }
        // The units stand among others, with other gradients.
        let (dy, dw) = (
            random::<T>(rows, units + 5, "dy"),
            random(units, columns, "dw"),
        );
        let (mut expected, mut found) = (dw.clone(), dw);
        let of_units = dy.slice(s![.., 2..units + 2]);
        naive(of_units.t(), x.view(), expected.view_mut());
        let room = found.as_slice_mut().unwrap();
        foreground.gradients(dy.view(), 2..units + 2, x.view(), room);
        close(&found, &expected, rounding * rows as f64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn products_agree_with_the_definition(
            rows in prop_oneof![1usize..20, 64usize..70],
            columns in 1usize..70,
            units in 1usize..30,
            share in prop::sample::select(vec![0.0, 0.02, 0.05, 0.1, 0.5]),
        ) {
            prove::<f64>(&images(rows, columns, share), units, 4e-15);
            prove::<f32>(&images(rows, columns, share), units, 2e-6);
        }
    }

    #[test]
    fn what_a_row_gives_does_not_depend_on_the_others() {
        let mut x: Array2<f32> = images(9, 100, 0.05);
        x.slice_mut(s![4, ..])
            .assign(&random::<f32>(1, 100, "dense").row(0));
        let weight = random::<f32>(17, 100, "weight");
        let outputs = |x: ArrayView2<f32>| {
            let mut foreground = Foreground::new(100);
            foreground.take(x);
            let mut y = Array2::zeros((x.nrows(), 17));
            foreground.outputs(x, weight.view(), y.view_mut());
            y
        };
        let together = outputs(x.view());
        for row in 0..9 {
            let alone = outputs(x.slice(s![row..row + 1, ..]));
            assert_eq!(alone.row(0), together.row(row));
        }
    }

    /// A row without a background gives the bits of the product of whole rows, which then may take its place.
    #[test]
    fn without_a_background_the_bits_are_those_of_a_plain_product() {
        let (x, weight) = (random::<f32>(7, 101, "x"), random::<f32>(14, 101, "weight"));
        let mut foreground = Foreground::new(101);
        foreground.take(x.view());
        assert!(!foreground.has_background());
        let (mut y, mut plain) = (Array2::zeros((7, 14)), Array2::zeros((7, 14)));
        foreground.outputs(x.view(), weight.view(), y.view_mut());
        matmul(x.view(), weight.t(), plain.view_mut());
        assert_eq!(y, plain);
    }

    #[test]
    fn what_is_no_number_is_not_lost() {
        for (first, other) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)] {
            let mut x = Array2::from_elem((1, 64), 1.0);
            (x[(0, 0)], x[(0, 40)]) = (first, other);
            let mut foreground = Foreground::new(64);
            foreground.take(x.view());
            let mut y = Array2::zeros((1, 2));
            foreground.outputs(
                x.view(),
                Array2::from_elem((2, 64), 0.5).view(),
                y.view_mut(),
            );
            let expected = if first == f64::INFINITY {
                first
            } else {
                f64::NAN
            };
            assert_eq!(y[(0, 1)].to_bits(), expected.to_bits());
        }
    }
}
