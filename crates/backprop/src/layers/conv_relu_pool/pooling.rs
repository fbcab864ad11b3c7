//! ReLU and max-pooling of one sample whose maps lie side by side: vectors of maps.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Arch, Simd, WithSimd};
use spec::Real;

use crate::matmul::vector::Vector;

/// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} (z_{o,m} + b_m))$` and where the winners begin to see.
pub struct Pooling<'a, T> {
    /// The outputs of each window, one of them perhaps several times, `[windows, size]`.
    pub members: &'a [u32],
    /// Outputs of a window.
    pub size: usize,
    /// Where the patch of each output begins, as a [`place`].
    pub places: &'a [T],
    /// `[maps]`, whole vectors of them.
    pub bias: &'a [T],
    /// `[outputs, maps]`.
    pub z: &'a [T],
    /// `[windows, maps]`.
    pub y: &'a mut [T],
    /// Place of each winner's patch, `[windows, maps]`.
    pub winners: &'a mut [T],
}

/// An index in the bits of a number: so it can be selected beside numbers, and nothing else.
pub fn place<T: Real>(index: u32) -> T {
    bytemuck::pod_read_unaligned(&bytemuck::bytes_of(&[index; 2])[..size_of::<T>()])
}

/// The index in a [`place`].
pub fn index<T: Real>(place: &T) -> u32 {
    bytemuck::pod_read_unaligned(&bytemuck::bytes_of(place)[..size_of::<u32>()])
}

impl<T: Real> Pooling<'_, T> {
    /// Computes it.
    pub fn run(self) {
        match T::DTYPE == f32::DTYPE {
            true => Arch::new().dispatch(self.cast::<f32>()),
            false => Arch::new().dispatch(self.cast::<f64>()),
        }
    }
}

impl<'a, T: Real> Pooling<'a, T> {
    fn cast<U: Real>(self) -> Pooling<'a, U> {
        Pooling {
            members: self.members,
            size: self.size,
            places: cast_slice(self.places),
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
        let lanes = size_of::<T::Of<S>>() / size_of::<T>();
        for map in (0..maps).step_by(lanes) {
            let bias = T::split::<S>(&self.bias[map..][..lanes]).0[0];
            for (window, members) in self.members.chunks_exact(self.size).enumerate() {
                let of_member = |member: u32| {
                    let z = &self.z[member as usize * maps + map..][..lanes];
                    let z = T::plus(simd, T::split::<S>(z).0[0], bias);
                    (z, T::splat(simd, self.places[member as usize]))
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
