//! Products with patches: the parts of an image, channels last, that the outputs of a convolution see.
//!
//! A patch is `$K_h$` stretches of memory with `$K_w C$` numbers each, so the matrix of all patches is read
//! where it lies:
//!
//! | product | as | |
//! |---|---|---|
//! | [`Outputs`] | `$y_{om} = \sum_{r,e} x_{s_o + d_r + e}\, w_{rem}$` | every output `$o$` |
//! | [`WeightGradient`] | `$dw_{re} \mathrel{+}= \sum_i g_i\, x_{s_i + d_r + e}$` | some gradients `$g_i$` of a map |
//! | [`InputGradient`] | `$dx_{s_i + d_r + e} \mathrel{+}= g_i\, w_{re}$` | the same |
//!
//! with the start `$s$` of a patch, the distance `$d_r$` of its row `$r$` from there, and `$e$` along a row.
//! The two on the way back take only the gradients that are not zero: behind a max-pooling and a ReLU
//! that is about one in eight.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Arch, Simd, WithSimd};
use spec::Real;

use super::vector::{Vector, unrolled};

/// Most vectors that a product reads or writes at a time.
const WIDEST: usize = 4;
/// Most rows of a patch that a product takes at a time.
const TALLEST: usize = 6;

/// Numbers of a vector on this processor.
pub(crate) fn lanes<T: Real>() -> usize {
    struct Bytes;
    impl WithSimd for Bytes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            size_of::<S::f32s>()
        }
    }
    Arch::new().dispatch(Bytes) / size_of::<T>()
}

/// The rows of a patch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patch {
    /// K_h.
    pub rows: usize,
    /// From a row to the next.
    pub distance: usize,
    /// K_w · C.
    pub length: usize,
}

/// Gradients of a map and where their patches begin in the image.
#[derive(Clone, Copy)]
pub(crate) struct Gradients<'a, T> {
    pub starts: &'a [u32],
    pub values: &'a [T],
}

/// `$y_{om} = \sum_{r,e} x_{s_o + d_r + e}\, w_{rem}$`.
pub(crate) struct Outputs<'a, T> {
    /// Where the numbers of a patch stand, from its start on, `[K_h · K_w · C]`.
    pub places: &'a [u32],
    /// Numbers from the start of a patch to its end.
    pub reach: usize,
    /// Where the patch of each output begins.
    pub starts: &'a [u32],
    pub x: &'a [T],
    /// `[K_h, K_w · C, maps]`.
    pub w: &'a [T],
    /// `[outputs, maps]`.
    pub y: &'a mut [T],
    /// A multiple of [`lanes`].
    pub maps: usize,
}

/// `$dw_{re} \mathrel{+}= \sum_i g_i\, x_{s_i + d_r + e}$`.
pub(crate) struct WeightGradient<'a, T> {
    pub patch: Patch,
    pub gradients: Gradients<'a, T>,
    /// Reaches the length of a row of `dw` beyond the start of the last row of a patch.
    pub x: &'a [T],
    /// `[K_h, row]` with `row` a multiple of [`lanes`]; what comes after `K_w · C` is of no use.
    pub dw: &'a mut [T],
}

/// `$dx_{s_i + d_r + e} \mathrel{+}= g_i\, w_{re}$`.
pub(crate) struct InputGradient<'a, T> {
    pub patch: Patch,
    pub gradients: Gradients<'a, T>,
    /// `[K_h, row]` with `row` a multiple of [`lanes`] and zeros after `K_w · C`.
    pub w: &'a [T],
    /// As long as `x` of [`WeightGradient`].
    pub dx: &'a mut [T],
}

impl<T: Real> Outputs<'_, T> {
    /// Computes it.
    pub fn run(self) {
        // A Real is f32 or f64, so these casts are from a type to itself.
        match T::DTYPE == f32::DTYPE {
            true => Arch::new().dispatch(self.cast::<f32>()),
            false => Arch::new().dispatch(self.cast::<f64>()),
        }
    }
}

impl<'a, T: Real> Outputs<'a, T> {
    fn cast<U: Real>(self) -> Outputs<'a, U> {
        Outputs {
            places: self.places,
            reach: self.reach,
            starts: self.starts,
            x: cast_slice(self.x),
            w: cast_slice(self.w),
            y: cast_slice_mut(self.y),
            maps: self.maps,
        }
    }
}

impl<T: Vector> WithSimd for Outputs<'_, T> {
    type Output = ();

    // Everything below must be inlined into this function: it is what pulp compiles for each
    // instruction set. So for the other products.
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = size_of::<T::Of<S>>() / size_of::<T>();
        let mut map = 0;
        while map < self.maps {
            // 12 sums, or 8, hide the latency of an addition.
            match self.maps - map {
                left if left >= 2 * lanes => {
                    self.columns::<S, 6, 2>(simd, map);
                    map += 2 * lanes;
                }
                _ => {
                    self.columns::<S, 7, 1>(simd, map);
                    map += lanes;
                }
            }
        }
    }
}

impl<T: Vector> Outputs<'_, T> {
    /// `V` vectors of maps of every output, `P` outputs at a time.
    #[inline(always)]
    fn columns<S: Simd, const P: usize, const V: usize>(&mut self, simd: S, map: usize) {
        let count = self.starts.len();
        if count < P {
            for output in 0..count {
                self.tile::<S, 1, V>(simd, output, map);
            }
            return;
        }
        for output in (0..count).step_by(P) {
            // The last tile reaches back over outputs that are done.
            self.tile::<S, P, V>(simd, output.min(count - P), map);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const P: usize, const V: usize>(
        &mut self,
        simd: S,
        output: usize,
        map: usize,
    ) {
        let (maps, lanes) = (self.maps, size_of::<T::Of<S>>() / size_of::<T>());
        let width = V * lanes;
        let starts = &self.starts[output..output + P];
        let zero = T::splat(simd, T::zero());
        let mut sums = [[zero; 2]; 7];
        // All cut to the same length, so that one comparison bounds every index.
        let mut patches = [&self.x[..self.reach]; 7];
        unrolled!(p in [0 1 2 3 4 5 6] below P => {
            patches[p] = &self.x[starts[p] as usize..][..self.reach];
        });
        let (places, w) = (self.places, &self.w[map..]);
        assert!(w.len() + maps >= places.len() * maps + width);
        // By index: an iterator whose `next` is not inlined would spill every sum around the call.
        let (mut k, mut at) = (0, 0);
        macro_rules! step {
            () => {
                let place = places[k] as usize;
                // SAFETY: `at` is at most that of the last number, whose vectors were checked above.
                let (first, last) = unsafe { (T::at::<S>(w, at), T::at::<S>(w, at + width - lanes)) };
                (k, at) = (k + 1, at + maps);
                unrolled!(p in [0 1 2 3 4 5 6] below P => {
                    let x = T::splat(simd, patches[p][place]);
                    sums[p][0] = T::multiply_add(simd, x, first, sums[p][0]);
                    if V > 1 {
                        sums[p][1] = T::multiply_add(simd, x, last, sums[p][1]);
                    }
                });
            };
        }
        while k + 1 < places.len() {
            step!();
            step!();
        }
        while k < places.len() {
            step!();
        }
        unrolled!(p in [0 1 2 3 4 5 6] below P => {
            let (y, _) = T::split_mut::<S>(&mut self.y[(output + p) * maps + map..][..width]);
            unrolled!(v in [0 1] below V => {
                y[v] = sums[p][v];
            });
        });
    }
}

/// Cuts `rows` rows of `vectors` vectors into tiles and calls a function that is generic over the
/// height and the width of a tile, with its first row and vector.
macro_rules! tiles {
    ($rows:expr, $vectors:expr, ($row:ident, $vector:ident), $height:ident, $width:ident => $call:expr) => {{
        let mut $vector = 0;
        while $vector < $vectors {
            let width = ($vectors - $vector).min(WIDEST);
            let mut $row = 0;
            while $row < $rows {
                // At most 12 vectors, which registers hold.
                let tallest = if width == 1 { TALLEST } else { 3 };
                let height = ($rows - $row).min(tallest);
                match (height, width) {
                    (6, 1) => tiles!(@6 1 $height $width $call),
                    (5, 1) => tiles!(@5 1 $height $width $call),
                    (4, 1) => tiles!(@4 1 $height $width $call),
                    (3, 1) => tiles!(@3 1 $height $width $call),
                    (2, 1) => tiles!(@2 1 $height $width $call),
                    (_, 1) => tiles!(@1 1 $height $width $call),
                    (3, 2) => tiles!(@3 2 $height $width $call),
                    (2, 2) => tiles!(@2 2 $height $width $call),
                    (_, 2) => tiles!(@1 2 $height $width $call),
                    (3, 3) => tiles!(@3 3 $height $width $call),
                    (2, 3) => tiles!(@2 3 $height $width $call),
                    (_, 3) => tiles!(@1 3 $height $width $call),
                    (3, _) => tiles!(@3 4 $height $width $call),
                    (2, _) => tiles!(@2 4 $height $width $call),
                    _ => tiles!(@1 4 $height $width $call),
                }
                $row += height;
            }
            $vector += width;
        }
    }};
    (@$rows:literal $vectors:literal $height:ident $width:ident $call:expr) => {{
        const $height: usize = $rows;
        const $width: usize = $vectors;
        $call
    }};
}

impl<T: Real> WeightGradient<'_, T> {
    /// Computes it.
    pub fn run(self) {
        match T::DTYPE == f32::DTYPE {
            true => Arch::new().dispatch(self.cast::<f32>()),
            false => Arch::new().dispatch(self.cast::<f64>()),
        }
    }
}

impl<'a, T: Real> WeightGradient<'a, T> {
    fn cast<U: Real>(self) -> WeightGradient<'a, U> {
        WeightGradient {
            patch: self.patch,
            gradients: self.gradients.cast(),
            x: cast_slice(self.x),
            dw: cast_slice_mut(self.dw),
        }
    }
}

impl<'a, T: Real> Gradients<'a, T> {
    fn cast<U: Real>(self) -> Gradients<'a, U> {
        Gradients {
            starts: self.starts,
            values: cast_slice(self.values),
        }
    }
}

impl<T: Vector> WithSimd for WeightGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = size_of::<T::Of<S>>() / size_of::<T>();
        let rows = self.patch.rows;
        let vectors = self.dw.len() / rows / lanes;
        tiles!(rows, vectors, (row, vector), H, W => {
            self.tile::<S, H, W>(simd, row, vectors, vector);
        });
    }
}

impl<T: Vector> WeightGradient<'_, T> {
    #[inline(always)]
    fn tile<S: Simd, const H: usize, const W: usize>(
        &mut self,
        simd: S,
        row: usize,
        vectors: usize,
        vector: usize,
    ) {
        let lanes = size_of::<T::Of<S>>() / size_of::<T>();
        let distance = self.patch.distance;
        let x = &self.x[row * distance + vector * lanes..];
        let mut sums = [[T::splat(simd, T::zero()); WIDEST]; TALLEST];
        let Gradients { starts, values } = self.gradients;
        let mut at = 0;
        while at < starts.len().min(values.len()) {
            let (x, g) = (&x[starts[at] as usize..], T::splat(simd, values[at]));
            at += 1;
            unrolled!(h in [0 1 2 3 4 5] below H => {
                let (x, _) = T::split::<S>(&x[h * distance..][..W * lanes]);
                unrolled!(v in [0 1 2 3] below W => {
                    sums[h][v] = T::multiply_add(simd, g, x[v], sums[h][v]);
                });
            });
        }
        unrolled!(h in [0 1 2 3 4 5] below H => {
            let dw = &mut self.dw[((row + h) * vectors + vector) * lanes..];
            let (dw, _) = T::split_mut::<S>(&mut dw[..W * lanes]);
            unrolled!(v in [0 1 2 3] below W => {
                dw[v] = T::plus(simd, dw[v], sums[h][v]);
            });
        });
    }
}

impl<T: Real> InputGradient<'_, T> {
    /// Computes it.
    pub fn run(self) {
        match T::DTYPE == f32::DTYPE {
            true => Arch::new().dispatch(self.cast::<f32>()),
            false => Arch::new().dispatch(self.cast::<f64>()),
        }
    }
}

impl<'a, T: Real> InputGradient<'a, T> {
    fn cast<U: Real>(self) -> InputGradient<'a, U> {
        InputGradient {
            patch: self.patch,
            gradients: self.gradients.cast(),
            w: cast_slice(self.w),
            dx: cast_slice_mut(self.dx),
        }
    }
}

impl<T: Vector> WithSimd for InputGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = size_of::<T::Of<S>>() / size_of::<T>();
        let rows = self.patch.rows;
        let vectors = self.w.len() / rows / lanes;
        tiles!(rows, vectors, (row, vector), H, W => {
            self.tile::<S, H, W>(simd, row, vectors, vector);
        });
    }
}

impl<T: Vector> InputGradient<'_, T> {
    #[inline(always)]
    fn tile<S: Simd, const H: usize, const W: usize>(
        &mut self,
        simd: S,
        row: usize,
        vectors: usize,
        vector: usize,
    ) {
        let lanes = size_of::<T::Of<S>>() / size_of::<T>();
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
        let Gradients { starts, values } = self.gradients;
        let count = starts.len().min(values.len());
        let mut turn = 0;
        while turn < count {
            // By turns from both halves of the map: patches of neighbours overlap, and a number that was
            // just written has to be waited for.
            let at = turn / 2 + turn % 2 * count.div_ceil(2);
            turn += 1;
            let (dx, g) = (&mut dx[starts[at] as usize..], T::splat(simd, values[at]));
            unrolled!(h in [0 1 2 3 4 5] below H => {
                let (dx, _) = T::split_mut::<S>(&mut dx[h * distance..][..W * lanes]);
                unrolled!(v in [0 1 2 3] below W => {
                    dx[v] = T::multiply_add(simd, g, w[h][v], dx[v]);
                });
            });
        }
    }
}
