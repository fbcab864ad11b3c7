//! Products with patches: the parts of an image, channels last, that the outputs of a convolution
//! see.
//!
//! A patch is `$K_h$` stretches of memory with `$K_w C$` numbers each, so the matrix of all patches
//! is read where it lies:
//!
//! | product | as | |
//! |---|---|---|
//! | [`Outputs`] | `$y_{om} = b_m + \sum_{r,e} x_{s_o + d_r + e}\, w_{rem}$` | every output `$o$` |
//! | [`WeightGradient`] | `$dw_{re} \mathrel{+}= \sum_i g_i\, x_{s_i + d_r + e}$` | some gradients `$g_i$` of a map |
//! | [`InputGradient`] | `$dx_{s_i + d_r + e} \mathrel{+}= g_i\, w_{re}$` | the same |
//!
//! with the start `$s$` of a patch, the distance `$d_r$` of its row `$r$` from there, and `$e$`
//! along a row. The two on the way back take only the gradients that are not zero: behind a
//! max-pooling of 2 x 2 at most one in four. All are held against these definitions in `tests.rs`.

mod outputs;
mod sparse;
#[cfg(test)]
mod tests;

pub use outputs::{Line, Outputs};
pub use sparse::{Gradients, InputGradient, WeightGradient};

use crate::Real;

/// The rows of a patch.
#[derive(Clone, Copy, Debug)]
pub struct Patch {
    /// K_h.
    pub rows: usize,
    /// From a row to the next.
    pub distance: usize,
    /// K_w · C.
    pub length: usize,
}

/// Where a patch begins, in the bits of a number: to be selected lane by lane beside numbers, never
/// computed with.
pub fn to_bits<T: Real>(start: u32) -> T {
    bytemuck::pod_read_unaligned(&bytemuck::bytes_of(&[start; 2])[..size_of::<T>()])
}

/// Where it begins.
#[inline(always)]
pub fn from_bits<T: Real>(bits: &T) -> usize {
    let start: u32 = bytemuck::pod_read_unaligned(&bytemuck::bytes_of(bits)[..size_of::<u32>()]);
    start as usize
}
