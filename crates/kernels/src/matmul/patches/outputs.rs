//! `$y_{om} = b_m + \sum_{r,e} x_{s_o + d_r + e}\, w_{rem}$`: all outputs of a convolution.
//!
//! A tile of y, 6 outputs by 2 vectors of maps, stays in registers while `$(r, e)$` runs. Where one
//! vector of maps is left, a number of x that serves only that one takes as long to read as to
//! multiply. In an image of one channel the tile is therefore 7 neighbours of a row, and a number
//! serves all of them that see it, up to `$K_w$` (`line_tile`).

use std::ops::Range;

use crate::Real;
use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::entry_points;
use crate::matmul::vector::{Vector, unrolled};
use crate::matmul::vectorized::Vectorized;

/// Outputs of a tile where one vector of maps is left. 12 sums hide the latency of an addition, but
/// the compiler copies each sum, so that more than 7 do not stay in 16 registers.
const NEIGHBOURS: usize = 7;

/// Outputs that lie side by side, of an image with one channel: the patch of each begins one number
/// behind that of its neighbour.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Outputs of a row.
    pub outputs: usize,
    /// K_w.
    pub across: usize,
}

/// `$y_{om} = b_m + \sum_{r,e} x_{s_o + d_r + e}\, w_{rem}$`.
pub struct Outputs<'a, T> {
    /// Where the numbers of a patch stand, from its start on, `[K_h · K_w · C]`.
    pub offsets: &'a [u32],
    /// Numbers from the start of a patch to its end.
    pub reach: usize,
    /// Where the patch of each output begins.
    pub starts: &'a [u32],
    /// If they lie so.
    pub line: Option<Line>,
    /// Those that are wanted: whole rows.
    pub outputs: Range<usize>,
    /// The packed image.
    pub x: &'a [T],
    /// `[K_h, K_w · C, maps]`.
    pub w: &'a [T],
    /// `[maps]`, a multiple of [`lanes`](crate::matmul::vectorized::lanes).
    pub bias: &'a [T],
    /// `[outputs, maps]`.
    pub y: &'a mut [T],
}

entry_points!(Outputs);

impl<'a, T: Real> Vectorized for Outputs<'a, T> {
    type Number = T;
    type With<V: Vector> = Outputs<'a, V>;

    fn with<V: Vector>(self) -> Outputs<'a, V> {
        Outputs {
            offsets: self.offsets,
            reach: self.reach,
            starts: self.starts,
            line: self.line,
            outputs: self.outputs,
            x: cast_slice(self.x),
            w: cast_slice(self.w),
            bias: cast_slice(self.bias),
            y: cast_slice_mut(self.y),
        }
    }
}

impl<T: Vector> WithSimd for Outputs<'_, T> {
    type Output = ();

    // Everything below must be inlined into this function: it is what pulp compiles for each
    // instruction set. So for the other products.
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (lanes, maps) = (T::lanes::<S>(), self.bias.len());
        let mut map = 0;
        while map < maps {
            let two = maps - map >= 2 * lanes;
            match self.line {
                _ if two => self.columns::<S, 6, 2>(simd, map),
                Some(line) if line.outputs >= NEIGHBOURS && line.across == 3 => {
                    self.line_columns::<S, 3, { NEIGHBOURS + 2 }>(simd, line, map);
                }
                Some(line) if line.outputs >= NEIGHBOURS && line.across == 5 => {
                    self.line_columns::<S, 5, { NEIGHBOURS + 4 }>(simd, line, map);
                }
                _ => self.columns::<S, NEIGHBOURS, 1>(simd, map),
            }
            map += if two { 2 * lanes } else { lanes };
        }
    }
}

impl<T: Vector> Outputs<'_, T> {
    /// `V` vectors of maps of the outputs, `P` outputs at a time.
    #[inline(always)]
    fn columns<S: Simd, const P: usize, const V: usize>(&mut self, simd: S, map: usize) {
        let outputs = self.outputs.clone();
        if outputs.len() < P {
            for output in outputs {
                self.tile::<S, 1, V>(simd, output, map);
            }
            return;
        }
        for output in outputs.clone().step_by(P) {
            // The last tile reaches back over outputs that are done.
            self.tile::<S, P, V>(simd, output.min(outputs.end - P), map);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const P: usize, const V: usize>(
        &mut self,
        simd: S,
        output: usize,
        map: usize,
    ) {
        let (maps, lanes) = (self.bias.len(), T::lanes::<S>());
        let width = V * lanes;
        let starts = &self.starts[output..output + P];
        let (bias, _) = T::split::<S>(&self.bias[map..][..width]);
        let mut sums = [[bias[0], bias[V - 1]]; 7];
        // All cut to the same length, so that one comparison bounds every index.
        let mut patches = [&self.x[..self.reach]; 7];
        unrolled!(p in [0 1 2 3 4 5 6] below P => {
            patches[p] = &self.x[starts[p] as usize..][..self.reach];
        });
        let (offsets, w) = (self.offsets, &self.w[map..]);
        assert!(w.len() + maps >= offsets.len() * maps + width);
        // By index: an iterator whose `next` is not inlined would spill every sum around the call.
        let (mut k, mut at) = (0, 0);
        macro_rules! step {
            () => {
                let offset = offsets[k] as usize;
                // SAFETY: `at` is at most that of the last number, whose vectors were checked
                // above.
                let (first, last) = unsafe { (T::at::<S>(w, at), T::at::<S>(w, at + width - lanes)) };
                (k, at) = (k + 1, at + maps);
                unrolled!(p in [0 1 2 3 4 5 6] below P => {
                    let x = T::splat(simd, patches[p][offset]);
                    sums[p][0] = T::multiply_add(simd, x, first, sums[p][0]);
                    if V > 1 {
                        sums[p][1] = T::multiply_add(simd, x, last, sums[p][1]);
                    }
                });
            };
        }
        while k + 1 < offsets.len() {
            step!();
            step!();
        }
        while k < offsets.len() {
            step!();
        }
        unrolled!(p in [0 1 2 3 4 5 6] below P => {
            let (y, _) = T::split_mut::<S>(&mut self.y[(output + p) * maps + map..][..width]);
            unrolled!(v in [0 1] below V => {
                y[v] = sums[p][v];
            });
        });
    }

    /// A vector of maps of the outputs, some neighbours at a time.
    #[inline(always)]
    fn line_columns<S: Simd, const K: usize, const X: usize>(
        &mut self,
        simd: S,
        line: Line,
        map: usize,
    ) {
        for row in self.outputs.clone().step_by(line.outputs) {
            for output in (0..line.outputs).step_by(NEIGHBOURS) {
                // The last tile of a row reaches back over outputs that are done.
                let output = row + output.min(line.outputs - NEIGHBOURS);
                self.line_tile::<S, K, X>(simd, output, map);
            }
        }
    }

    /// `NEIGHBOURS` neighbours, whose patches are `K` numbers across and together `X`, from
    /// `output` on.
    #[inline(always)]
    fn line_tile<S: Simd, const K: usize, const X: usize>(
        &mut self,
        simd: S,
        output: usize,
        map: usize,
    ) {
        let (maps, lanes) = (self.bias.len(), T::lanes::<S>());
        let x = &self.x[self.starts[output] as usize..];
        let (offsets, w) = (self.offsets, &self.w[map..]);
        let (bias, _) = T::split::<S>(&self.bias[map..][..lanes]);
        let mut sums = [bias[0]; NEIGHBOURS];
        assert!(w.len() + maps >= offsets.len() * maps + lanes);
        // By index: an iterator whose `next` is not inlined would spill every sum around the call.
        let mut at = 0;
        while at < offsets.len() {
            let Some(x) = x[offsets[at] as usize..].first_chunk::<X>() else {
                unreachable!("the last patch ends in the image")
            };
            let mut taps = [bias[0]; 5];
            unrolled!(k in [0 1 2 3 4] below K => {
                // SAFETY: at most that of the last number, whose vector was checked above.
                taps[k] = unsafe { T::at::<S>(w, (at + k) * maps) };
            });
            // From left to right, so that every sum takes its terms in the same order: outputs of
            // equal patches are equal, and the first of them wins, as in burn.
            unrolled!(column in [0 1 2 3 4 5 6 7 8 9 10] below X => {
                let x = T::splat(simd, x[column]);
                unrolled!(k in [0 1 2 3 4] below K => {
                    if column >= k && column - k < NEIGHBOURS {
                        sums[column - k] = T::multiply_add(simd, x, taps[k], sums[column - k]);
                    }
                });
            });
            at += K;
        }
        unrolled!(p in [0 1 2 3 4 5 6] below NEIGHBOURS => {
            let (y, _) = T::split_mut::<S>(&mut self.y[(output + p) * maps + map..][..lanes]);
            y[0] = sums[p];
        });
    }
}
