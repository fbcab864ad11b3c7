//! What makes the hand-written passes fast: products, vector code, packed layouts, worker threads.
//!
//! Nothing here knows of networks: sizes are plain numbers. Every kernel has a readable version
//! beside it that its tests hold it against.
//!
//! ```
//! use kernels::matmul::matmul;
//! use ndarray::array;
//!
//! let (a, b) = (array![[1.0, 2.0]], array![[3.0], [4.0]]);
//! let mut c = array![[0.5]];
//! matmul(a.view(), b.view(), c.view_mut());
//! assert_eq!(c, array![[11.5]]);
//! ```

mod activations;
mod aligned;
pub mod cells;
pub mod distances;
pub mod elementwise;
pub mod instruction_set;
pub mod layer_norm;
pub mod matmul;
pub mod packed_images;
pub mod per_thread;
pub mod phase_layout;
mod real;
pub mod sharding;
pub mod sigmoid;
pub mod singular_values;
pub mod softmax;
#[cfg(test)]
mod testing;
pub mod workers;

pub use aligned::aligned_zeros;
pub use real::Real;
