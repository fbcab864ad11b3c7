//! Products with a matrix whose rows are stretches of one buffer, which may overlap: `$B_{kj} =
//! b_{o_k + j}$` with an offset `$o_k$` for each row. The rows are those of a convolution, see
//! `planes.rs`.
//!
//! | product | as | |
//! |---|---|---|
//! | [`Gather`] | `$C = A B$` | a row of C is a weighted sum of rows of B |
//! | [`Dots`] | `$C \mathrel{+}= \sum_s A_s B_s^\top$` | over samples `$s$` |
//!
//! The tiles are those of [`rows`](super::rows) and [`dots`](super::dots). Both are proved by the
//! tests of the convolution.

mod dots;
mod gather;

pub use dots::{Dots, Matrices};
pub use gather::{Gather, Panels};

/// Numbers in 2 vectors of the widest instruction set: so many may be read and written after the
/// end of a row.
pub const SLACK: usize = 32;
