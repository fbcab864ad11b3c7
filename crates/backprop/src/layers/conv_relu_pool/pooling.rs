//! ReLU and max-pooling of one sample whose maps lie side by side: vectors of maps.

use std::ops::Range;

use bytemuck::{cast_slice, cast_slice_mut};
use contract::Real;
use pulp::{Simd, WithSimd};

use kernels::entry_points;
use kernels::matmul::patches::to_bits;
use kernels::matmul::vector::Vector;
use kernels::matmul::vectorized::Vectorized;

/// Windows over the outputs of a convolution.
pub(super) struct Pooling<T> {
    windows: Windows,
    /// Where the patch of each member of a window begins, by [`to_bits`], `[windows, size]`.
    starts: Vec<T>,
}

/// The outputs that each window sees.
struct Windows {
    /// One of them perhaps several times, `[windows, size]`: all below `outputs`.
    members: Vec<u32>,
    /// Outputs of a window.
    size: usize,
    /// Outputs of a map.
    outputs: usize,
    maps: usize,
}

impl<T: Real> Pooling<T> {
    /// Windows with `size` outputs each, by their numbers, `[windows, size]`; `starts` are those of
    /// the patches of all outputs.
    ///
    /// # Panics
    /// When there is no such output.
    pub fn new(members: Vec<u32>, size: usize, starts: &[u32], maps: usize) -> Self {
        let start = |&member: &u32| to_bits(starts[member as usize]);
        Self {
            starts: members.iter().map(start).collect(),
            windows: Windows {
                members,
                size,
                outputs: starts.len(),
                maps,
            },
        }
    }

    /// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} z_{o,m})$` of some windows, and where the patches
    /// of the winners begin. `z` is `[outputs, maps]`, the maps rounded up to whole vectors; `y`
    /// and `winners` are `[windows, maps]` and then a vector.
    pub fn run(&self, some: Range<usize>, z: &[T], y: &mut [T], winners: &mut [T]) {
        let pooled = Pooled {
            windows: &self.windows,
            some,
            starts: &self.starts,
            z,
            y,
            winners,
        };
        pooled.run();
    }
}

/// The parts of [`Pooling::run`].
struct Pooled<'a, T> {
    windows: &'a Windows,
    /// Those that are computed.
    some: Range<usize>,
    /// Those of the windows, as numbers whose vectors are known.
    starts: &'a [T],
    z: &'a [T],
    y: &'a mut [T],
    winners: &'a mut [T],
}

entry_points!(Pooled);

impl<'a, T: Real> Vectorized for Pooled<'a, T> {
    type Number = T;
    type With<V: Vector> = Pooled<'a, V>;

    fn with<V: Vector>(self) -> Pooled<'a, V> {
        Pooled {
            windows: self.windows,
            some: self.some,
            starts: cast_slice(self.starts),
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
        match self.windows.size {
            4 => self.windows::<S, 4>(simd),
            9 => self.windows::<S, 9>(simd),
            _ => self.windows::<S, 0>(simd),
        }
    }
}

impl<T: Vector> Pooled<'_, T> {
    /// Windows with `SIZE` outputs each, or as many as they have if it is 0.
    #[inline(always)]
    fn windows<S: Simd, const SIZE: usize>(self, simd: S) {
        let Windows {
            members,
            size,
            outputs,
            maps,
            ..
        } = self.windows;
        let (lanes, maps) = (T::lanes::<S>(), *maps);
        let size = if SIZE == 0 { *size } else { SIZE };
        let row = maps.next_multiple_of(lanes);
        assert!(self.z.len() >= outputs * row);
        let end = members.len() / size * maps + lanes;
        let (y, winners) = (&mut self.y[..end], &mut self.winners[..end]);
        assert!(self.some.end <= members.len() / size);
        // Window by window: what the last vector of one writes beyond its maps, the next
        // overwrites.
        for window in self.some {
            let members = &members[window * size..][..size];
            let starts = &self.starts[window * size..][..size];
            for first in (0..row).step_by(lanes) {
                let of_member = |k: usize| {
                    let at = members[k] as usize * row + first;
                    // SAFETY: a member is below `outputs`, of which z has a row each.
                    let z = unsafe { T::at::<S>(self.z, at) };
                    (z, T::splat(simd, starts[k]))
                };
                let mut best = of_member(0);
                for k in 1..size {
                    best = T::winner(simd, of_member(k), best);
                }
                let at = window * maps + first;
                // SAFETY: it ends less than a vector behind the last window's maps.
                unsafe {
                    T::put::<S>(y, at, T::rectified(simd, best.0));
                    T::put::<S>(winners, at, best.1);
                }
            }
        }
    }
}
