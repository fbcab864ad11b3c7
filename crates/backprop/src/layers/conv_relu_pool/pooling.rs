//! ReLU and max-pooling of one sample whose maps lie side by side: vectors of maps.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};
use spec::Real;

use crate::matmul::vector::Vector;
use crate::matmul::vectorized::Vectorized;

/// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} (z_{o,m} + b_m))$` and where the winners begin to see.
pub struct Pooling<'a, T> {
    /// The outputs of each window, one of them perhaps several times, `[windows, size]`.
    pub members: &'a [u32],
    /// Outputs of a window.
    pub size: usize,
    /// Where the patch of each output begins, by [`to_bits`].
    pub start_bits: &'a [T],
    /// `[maps]`, whole vectors of them.
    pub bias: &'a [T],
    /// `[outputs, maps]`.
    pub z: &'a [T],
    /// `[windows, maps]`.
    pub y: &'a mut [T],
    /// Where the patch of each winner begins, by [`to_bits`], `[windows, maps]`.
    pub winners: &'a mut [T],
}

/// An index in the bits of a number, to be selected lane by lane beside numbers: never computed with.
pub fn to_bits<T: Real>(index: u32) -> T {
    bytemuck::pod_read_unaligned(&bytemuck::bytes_of(&[index; 2])[..size_of::<T>()])
}

/// The index again.
pub fn from_bits<T: Real>(bits: &T) -> u32 {
    bytemuck::pod_read_unaligned(&bytemuck::bytes_of(bits)[..size_of::<u32>()])
}

impl<'a, T: Real> Vectorized for Pooling<'a, T> {
    type Number = T;
    type With<V: Vector> = Pooling<'a, V>;

    fn with<V: Vector>(self) -> Pooling<'a, V> {
        Pooling {
            members: self.members,
            size: self.size,
            start_bits: cast_slice(self.start_bits),
            bias: cast_slice(self.bias),
            z: cast_slice(self.z),
            y: cast_slice_mut(self.y),
            winners: cast_slice_mut(self.winners),
        }
    }
}

impl<T: Vector> WithSimd for Pooling<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let maps = self.bias.len();
        let lanes = T::lanes::<S>();
        for map in (0..maps).step_by(lanes) {
            let bias = T::split::<S>(&self.bias[map..][..lanes]).0[0];
            for (window, members) in self.members.chunks_exact(self.size).enumerate() {
                let of_member = |member: u32| {
                    let z = &self.z[member as usize * maps + map..][..lanes];
                    let z = T::plus(simd, T::split::<S>(z).0[0], bias);
                    (z, T::splat(simd, self.start_bits[member as usize]))
                };
                let mut best = of_member(members[0]);
                for &member in &members[1..] {
                    best = T::lead(simd, of_member(member), best);
                }
                let at = window * maps + map;
                T::split_mut::<S>(&mut self.y[at..][..lanes]).0[0] = T::rectified(simd, best.0);
                T::split_mut::<S>(&mut self.winners[at..][..lanes]).0[0] = best.1;
            }
        }
    }
}
