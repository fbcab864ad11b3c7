//! From a generic number type to the vectors of the one it is.

use std::marker::PhantomData;

use crate::Real;
use crate::instruction_set::arch;
use pulp::{Simd, WithSimd};

use super::vector::Vector;

/// Something to compute with the vectors of the [instruction set in
/// use](crate::instruction_set).
pub trait Vectorized: Sized {
    /// What it computes with.
    type Number: Real;
    /// The same with a number type whose vectors are known.
    type With<V: Vector>: WithSimd<Output = ()>;

    /// The same computation. It is only called with the type that [`Vectorized::Number`] is, so
    /// slices are cast from a type to itself.
    fn with<V: Vector>(self) -> Self::With<V>;

    /// Computes it.
    fn run(self)
    where
        Self::With<f32>: EntryPoint,
        Self::With<f64>: EntryPoint,
    {
        // A Real is f32 or f64.
        match size_of::<Self::Number>() == size_of::<f32>() {
            true => self.with::<f32>().compute(),
            false => self.with::<f64>().compute(),
        }
    }
}

/// A computation with numbers of one type, for every instruction set. It is compiled in the crate
/// that lists it in [`entry_points`](crate::entry_points), once: who calls it does not compile it
/// again.
pub trait EntryPoint {
    /// Computes it with the [instruction set in use](crate::instruction_set).
    fn compute(self);
}

/// Makes [entry points](crate::matmul::vectorized::EntryPoint) of computations in f32 and f64.
#[macro_export]
macro_rules! entry_points {
    ($($computation:ident)*) => {
        $(
            $crate::entry_points!(@ $computation f32);
            $crate::entry_points!(@ $computation f64);
        )*
    };
    (@ $computation:ident $number:ident) => {
        impl $crate::matmul::vectorized::EntryPoint for $computation<'_, $number> {
            fn compute(self) {
                $crate::instruction_set::arch().dispatch(self);
            }
        }
    };
}

/// Numbers of a vector of the instruction set in use.
pub fn lanes<T: Real>() -> usize {
    match size_of::<T>() == size_of::<f32>() {
        true => arch().dispatch(Lanes::<f32>(PhantomData)),
        false => arch().dispatch(Lanes::<f64>(PhantomData)),
    }
}

struct Lanes<T>(PhantomData<T>);

impl<T: Vector> WithSimd for Lanes<T> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        T::lanes::<S>()
    }
}
