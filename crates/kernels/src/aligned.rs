//! Room for numbers.

use aligned_vec::{AVec, CACHELINE_ALIGN};

use crate::Real;

/// Zeros that begin where a cache line begins: a vector that lies across two of them costs two
/// reads.
pub fn aligned_zeros<T: Real>(count: usize) -> AVec<T> {
    AVec::from_iter(CACHELINE_ALIGN, std::iter::repeat_n(T::zero(), count))
}
