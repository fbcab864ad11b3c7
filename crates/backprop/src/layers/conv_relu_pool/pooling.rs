//! ReLU and max-pooling of one sample whose maps lie side by side: vectors of maps.

use std::ops::Range;

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};
use spec::Real;

use crate::matmul::patches::to_bits;
use crate::matmul::vector::Vector;
use crate::matmul::vectorized::Vectorized;

/// Windows over the outputs of a convolution.
pub(super) struct Pooling<T> {
    /// The outputs of each window, one of them perhaps several times, `[windows, size]`: all below
    /// `outputs`.
    members: Vec<u32>,
    /// Where the patch of each of them begins, by [`to_bits`], likewise.
    starts: Vec<T>,
    /// Outputs of a window.
    size: usize,
    /// Outputs of a map.
    outputs: usize,
    maps: usize,
}

impl<T: Real> Pooling<T> {
    /// Windows with `size` outputs each, by their numbers, `[windows, size]`; `starts` are those of the patches of
    /// all outputs.
    ///
    /// # Panics
    /// When there is no such output.
    pub fn new(members: Vec<u32>, size: usize, starts: &[u32], maps: usize) -> Self {
        let start = |&member: &u32| to_bits(starts[member as usize]);
        Self {
            starts: members.iter().map(start).collect(),
            members,
            size,
            outputs: starts.len(),
            maps,
        }
    }

    /// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} z_{o,m})$` of some windows, and where the patches of the winners
    /// begin. `z` is `[outputs, maps]`, the maps rounded up to whole vectors; `y` and `winners` are
    /// `[windows, maps]` and then a vector, which may be overwritten.
    pub fn run(&self, windows: Range<usize>, z: &[T], y: &mut [T], winners: &mut [T]) {
        let some = windows.start * self.size..windows.end * self.size;
        let pooled = Pooled {
            members: &self.members[some.clone()],
            starts: &self.starts[some],
            size: self.size,
            outputs: self.outputs,
            maps: self.maps,
            z,
            y,
            winners,
        };
        pooled.run();
    }
}

/// The parts of [`Pooling::run`].
struct Pooled<'a, T> {
    members: &'a [u32],
    starts: &'a [T],
    size: usize,
    outputs: usize,
    maps: usize,
    z: &'a [T],
    y: &'a mut [T],
    winners: &'a mut [T],
}

impl<'a, T: Real> Vectorized for Pooled<'a, T> {
    type Number = T;
    type With<V: Vector> = Pooled<'a, V>;

    fn with<V: Vector>(self) -> Pooled<'a, V> {
        Pooled {
            members: self.members,
            starts: cast_slice(self.starts),
            size: self.size,
            outputs: self.outputs,
            maps: self.maps,
            z: cast_slice(self.z),
            y: cast_slice_mut(self.y),
            winners: cast_slice_mut(self.winners),
        }
    }
}

impl<T: Vector> WithSimd for Pooled<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.size {
            4 => self.windows::<S, 4>(simd),
            9 => self.windows::<S, 9>(simd),
            _ => self.windows::<S, 0>(simd),
        }
    }
}

impl<T: Vector> Pooled<'_, T> {
    /// All windows, with `SIZE` outputs each, or as many as they have if it is 0.
    #[inline(always)]
    fn windows<S: Simd, const SIZE: usize>(self, simd: S) {
        let size = if SIZE == 0 { self.size } else { SIZE };
        let lanes = T::lanes::<S>();
        let row = self.maps.next_multiple_of(lanes);
        let windows = self.members.len() / size;
        let end = match windows {
            0 => return,
            _ => (windows - 1) * self.maps + row,
        };
        assert!(self.z.len() >= self.outputs * row);
        let (y, winners) = (&mut self.y[..end], &mut self.winners[..end]);
        let members = self.members.chunks_exact(size);
        // Window by window: what the last vector of one writes beyond its maps is overwritten by the next.
        for (window, (members, starts)) in members.zip(self.starts.chunks_exact(size)).enumerate() {
            for first in (0..row).step_by(lanes) {
                let of_member = |k: usize| {
                    let at = members[k] as usize * row + first;
                    // SAFETY: a member is below `outputs`, of which z has a row each.
                    let z = unsafe { T::at::<S>(self.z, at) };
                    (z, T::splat(simd, starts[k]))
                };
                let mut best = of_member(0);
                for k in 1..size {
                    best = T::lead(simd, of_member(k), best);
                }
                let at = window * self.maps + first;
                // SAFETY: this is at most the last vector of the last window, which ends at `end`.
                unsafe {
                    T::put::<S>(y, at, T::rectified(simd, best.0));
                    T::put::<S>(winners, at, best.1);
                }
            }
        }
    }
}
