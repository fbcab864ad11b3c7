//! What a backward pass differentiates.

use contract::Batch;
use ndarray::ArrayView2;

use super::penalties::Penalties;

/// What is differentiated.
#[derive(Clone, Copy)]
pub enum Function<'a> {
    /// The objective with the targets of this batch: the mean loss and the penalties.
    Objective(Batch<'a, f64>, &'a Penalties),
    /// `$\sum dy \odot y$` with this upstream gradient.
    Upstream(ArrayView2<'a, f64>),
}
