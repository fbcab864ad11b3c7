//! The way back, for the gradients of a map that are not zero: what each adds to the weights of its
//! map, `$dw_{re} \mathrel{+}= \sum_i g_i\, x_{s_i + d_r + e}$`, and to the patch it came from,
//! `$dx_{s_i + d_r + e} \mathrel{+}= g_i\, w_{re}$`.
//!
//! A tile of dw or of w, at most 12 vectors of a patch's rows, stays in registers while `$i$` runs.

use crate::Real;
use bytemuck::{cast_mut, cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use super::{Patch, from_bits};
use crate::entry_points;
use crate::matmul::vector::{Vector, unrolled};
use crate::matmul::vectorized::Vectorized;

/// Most vectors along a row that a tile has.
const WIDEST: usize = 4;
/// Most rows.
const TALLEST: usize = 6;

/// Gradients of a map and where their patches begin in the image: one every `step` numbers.
#[derive(Clone, Copy)]
pub struct Gradients<'a, T> {
    /// By [`to_bits`](super::to_bits).
    pub starts: &'a [T],
    /// The gradients.
    pub values: &'a [T],
    /// Numbers between two patches.
    pub step: usize,
}

/// `$dw_{re} \mathrel{+}= \sum_i g_i\, x_{s_i + d_r + e}$`.
pub struct WeightGradient<'a, T> {
    /// The patch under a kernel.
    pub patch: Patch,
    /// The gradients of its outputs.
    pub gradients: Gradients<'a, T>,
    /// Reaches the length of a row of `dw` beyond the start of the last row of a patch.
    pub x: &'a [T],
    /// `[K_h, row]` with `row` a multiple of [`lanes`](crate::matmul::vectorized::lanes); what
    /// comes after `K_w · C` is of no use.
    pub dw: &'a mut [T],
    /// To which the gradients themselves are added: that of the bias.
    pub sum: &'a mut T,
}

/// `$dx_{s_i + d_r + e} \mathrel{+}= g_i\, w_{re}$`.
pub struct InputGradient<'a, T> {
    /// The patch under a kernel.
    pub patch: Patch,
    /// The gradients of its outputs.
    pub gradients: Gradients<'a, T>,
    /// `[K_h, row]` with `row` a multiple of [`lanes`](crate::matmul::vectorized::lanes) and zeros
    /// after `K_w · C`.
    pub w: &'a [T],
    /// As long as `x` of [`WeightGradient`].
    pub dx: &'a mut [T],
}

impl<'a, T: Real> Gradients<'a, T> {
    /// Those that are not zero, put into `picked`.
    pub fn nonzero(self, picked: &'a mut [Vec<T>; 2]) -> Self {
        let [starts, values] = picked;
        let (mut count, mut at) = (0, 0);
        let end = self.starts.len().min(self.values.len());
        let all = (&self.starts[..end], &self.values[..end]);
        while at < end {
            let value = all.1[at];
            // Written always and counted if it is one: a branch could not be foreseen.
            (starts[count], values[count]) = (all.0[at], value);
            count += usize::from(value != T::zero());
            at += self.step;
        }
        Self {
            starts: &starts[..count],
            values: &values[..count],
            step: 1,
        }
    }

    fn with<V: Vector>(self) -> Gradients<'a, V> {
        Gradients {
            starts: cast_slice(self.starts),
            values: cast_slice(self.values),
            step: self.step,
        }
    }
}

impl<'a, T: Real> Vectorized for WeightGradient<'a, T> {
    type Number = T;
    type With<V: Vector> = WeightTiles<'a, V>;

    fn with<V: Vector>(self) -> Self::With<V> {
        InTiles(WeightGradient {
            patch: self.patch,
            gradients: self.gradients.with(),
            x: cast_slice(self.x),
            dw: cast_slice_mut(self.dw),
            sum: cast_mut(self.sum),
        })
    }
}

impl<'a, T: Real> Vectorized for InputGradient<'a, T> {
    type Number = T;
    type With<V: Vector> = InputTiles<'a, V>;

    fn with<V: Vector>(self) -> Self::With<V> {
        InTiles(InputGradient {
            patch: self.patch,
            gradients: self.gradients.with(),
            w: cast_slice(self.w),
            dx: cast_slice_mut(self.dx),
        })
    }
}

/// A product that is computed for some rows and vectors of a patch at a time.
trait Tiled {
    /// Rows, and vectors of a row.
    fn size<S: Simd>(&self) -> [usize; 2];

    /// `H` rows and `W` vectors, from this row and vector on.
    fn tile<S: Simd, const H: usize, const W: usize>(&mut self, simd: S, at: [usize; 2]);
}

/// All of its tiles.
pub struct InTiles<K>(K);

type WeightTiles<'a, T> = InTiles<WeightGradient<'a, T>>;
type InputTiles<'a, T> = InTiles<InputGradient<'a, T>>;

entry_points!(WeightTiles InputTiles);

impl<K: Tiled> WithSimd for InTiles<K> {
    type Output = ();

    // Everything below must be inlined into this function: it is what pulp compiles for each
    // instruction set.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(mut product) = self;
        let [rows, vectors] = product.size::<S>();
        for vector in (0..vectors).step_by(WIDEST) {
            let width = (vectors - vector).min(WIDEST);
            // At most 12 vectors, which registers hold.
            let tallest = if width == 1 { TALLEST } else { 3 };
            for row in (0..rows).step_by(tallest) {
                let at = [row, vector];
                match ((rows - row).min(tallest), width) {
                    (6, 1) => product.tile::<S, 6, 1>(simd, at),
                    (5, 1) => product.tile::<S, 5, 1>(simd, at),
                    (4, 1) => product.tile::<S, 4, 1>(simd, at),
                    (3, 1) => product.tile::<S, 3, 1>(simd, at),
                    (2, 1) => product.tile::<S, 2, 1>(simd, at),
                    (_, 1) => product.tile::<S, 1, 1>(simd, at),
                    (3, 2) => product.tile::<S, 3, 2>(simd, at),
                    (2, 2) => product.tile::<S, 2, 2>(simd, at),
                    (_, 2) => product.tile::<S, 1, 2>(simd, at),
                    (3, 3) => product.tile::<S, 3, 3>(simd, at),
                    (2, 3) => product.tile::<S, 2, 3>(simd, at),
                    (_, 3) => product.tile::<S, 1, 3>(simd, at),
                    (3, _) => product.tile::<S, 3, 4>(simd, at),
                    (2, _) => product.tile::<S, 2, 4>(simd, at),
                    _ => product.tile::<S, 1, 4>(simd, at),
                }
            }
        }
    }
}

impl<T: Vector> Tiled for WeightGradient<'_, T> {
    #[inline(always)]
    fn size<S: Simd>(&self) -> [usize; 2] {
        let numbers = self.dw.len() / self.patch.rows;
        [self.patch.rows, numbers / T::lanes::<S>()]
    }

    #[inline(always)]
    fn tile<S: Simd, const H: usize, const W: usize>(
        &mut self,
        simd: S,
        [row, vector]: [usize; 2],
    ) {
        let (lanes, [_, vectors]) = (T::lanes::<S>(), self.size::<S>());
        let distance = self.patch.distance;
        let x = &self.x[row * distance + vector * lanes..];
        let zero = T::splat(simd, T::zero());
        let mut sums = [[[zero; WIDEST]; TALLEST]; 2];
        let mut sum = [T::zero(); 2];
        let Gradients {
            starts,
            values,
            step,
        } = self.gradients;
        let end = starts.len().min(values.len());
        let (starts, values) = (&starts[..end], &values[..end]);
        let reach = (H - 1) * distance + W * lanes;
        macro_rules! add {
            ($turn:literal, $at:expr) => {
                let x = &x[from_bits(&starts[$at])..][..reach];
                let g = T::splat(simd, values[$at]);
                sum[$turn] += values[$at];
                unrolled!(h in [0 1 2 3 4 5] below H => {
                    unrolled!(v in [0 1 2 3] below W => {
                        // SAFETY: h is below H and v below W, so the vector ends at `reach` or
                        // before.
                        let x = unsafe { T::at::<S>(x, h * distance + v * lanes) };
                        sums[$turn][h][v] = T::multiply_add(simd, g, x, sums[$turn][h][v]);
                    });
                });
            };
        }
        let mut at = 0;
        // By turns to two sets of sums, if registers hold both: one alone waits for its additions.
        while H * W <= 6 && at + step < end {
            add!(0, at);
            add!(1, at + step);
            at += 2 * step;
        }
        while at < end {
            add!(0, at);
            at += step;
        }
        unrolled!(h in [0 1 2 3 4 5] below H => {
            let dw = &mut self.dw[((row + h) * vectors + vector) * lanes..];
            let (dw, _) = T::split_mut::<S>(&mut dw[..W * lanes]);
            unrolled!(v in [0 1 2 3] below W => {
                let both = match H * W <= 6 {
                    true => T::plus(simd, sums[0][h][v], sums[1][h][v]),
                    false => sums[0][h][v],
                };
                dw[v] = T::plus(simd, dw[v], both);
            });
        });
        if [row, vector] == [0, 0] {
            *self.sum += sum[0] + sum[1];
        }
    }
}

impl<T: Vector> Tiled for InputGradient<'_, T> {
    #[inline(always)]
    fn size<S: Simd>(&self) -> [usize; 2] {
        let numbers = self.w.len() / self.patch.rows;
        [self.patch.rows, numbers / T::lanes::<S>()]
    }

    #[inline(always)]
    fn tile<S: Simd, const H: usize, const W: usize>(
        &mut self,
        simd: S,
        [row, vector]: [usize; 2],
    ) {
        let (lanes, [_, vectors]) = (T::lanes::<S>(), self.size::<S>());
        let distance = self.patch.distance;
        let mut w = [[T::splat(simd, T::zero()); WIDEST]; TALLEST];
        unrolled!(h in [0 1 2 3 4 5] below H => {
            let of_row = &self.w[((row + h) * vectors + vector) * lanes..];
            let (of_row, _) = T::split::<S>(&of_row[..W * lanes]);
            unrolled!(v in [0 1 2 3] below W => {
                w[h][v] = of_row[v];
            });
        });
        let dx = &mut self.dx[row * distance + vector * lanes..];
        let Gradients {
            starts,
            values,
            step,
        } = self.gradients;
        let count = starts.len().min(values.len()).div_ceil(step);
        let reach = (H - 1) * distance + W * lanes;
        let mut turn = 0;
        while turn < count {
            // By turns from both halves of the map: patches of neighbours overlap, and a number
            // that was just written has to be waited for.
            let at = (turn / 2 + turn % 2 * count.div_ceil(2)) * step;
            turn += 1;
            let dx = &mut dx[from_bits(&starts[at])..][..reach];
            let g = T::splat(simd, values[at]);
            unrolled!(h in [0 1 2 3 4 5] below H => {
                unrolled!(v in [0 1 2 3] below W => {
                    let place = h * distance + v * lanes;
                    // SAFETY: h is below H and v below W, so the vector ends at `reach` or before.
                    unsafe {
                        let sum = T::multiply_add(simd, g, w[h][v], T::at::<S>(dx, place));
                        T::put::<S>(dx, place, sum);
                    }
                });
            });
        }
    }
}
