//! ReLU and max-pooling of one sample whose maps lie side by side: vectors of maps.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};
use spec::Real;

use crate::matmul::vector::Vector;
use crate::matmul::vectorized::Vectorized;

/// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} z_{o,m})$` and where the winners begin to see.
pub struct Pooling<'a, T> {
    /// The outputs of each window, one of them perhaps several times, `[windows, size]`.
    pub members: &'a [u32],
    /// Outputs of a window.
    pub size: usize,
    /// Where the patch of each output begins, by [`to_bits`](crate::matmul::patches::to_bits).
    pub start_bits: &'a [T],
    /// `[outputs, maps]`, the maps rounded up to whole vectors.
    pub z: &'a [T],
    pub maps: usize,
    /// `[windows, maps]` and then a vector, which may be overwritten.
    pub y: &'a mut [T],
    /// Where the patch of each winner begins, by [`to_bits`](crate::matmul::patches::to_bits), likewise.
    pub winners: &'a mut [T],
}

impl<'a, T: Real> Vectorized for Pooling<'a, T> {
    type Number = T;
    type With<V: Vector> = Pooling<'a, V>;

    fn with<V: Vector>(self) -> Pooling<'a, V> {
        Pooling {
            members: self.members,
            size: self.size,
            start_bits: cast_slice(self.start_bits),
            z: cast_slice(self.z),
            maps: self.maps,
            y: cast_slice_mut(self.y),
            winners: cast_slice_mut(self.winners),
        }
    }
}

impl<T: Vector> WithSimd for Pooling<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        // Vectors of an output.
        let wide = self.maps.div_ceil(lanes);
        let (z, _) = T::split::<S>(self.z);
        // Window by window: what the last vector of one writes beyond its maps is overwritten by the next.
        for (window, members) in self.members.chunks_exact(self.size).enumerate() {
            for vector in 0..wide {
                let of_member = |member: u32| {
                    let start = T::splat(simd, self.start_bits[member as usize]);
                    (z[member as usize * wide + vector], start)
                };
                let mut best = of_member(members[0]);
                for &member in &members[1..] {
                    best = T::lead(simd, of_member(member), best);
                }
                let at = window * self.maps + vector * lanes;
                T::split_mut::<S>(&mut self.y[at..][..lanes]).0[0] = T::rectified(simd, best.0);
                T::split_mut::<S>(&mut self.winners[at..][..lanes]).0[0] = best.1;
            }
        }
    }
}
