//! What is asked of a batch, and what all its shards read.

use std::ops::Range;

use aligned_vec::AVec;
use contract::Real;
use ndarray::{ArrayView2, s};

use crate::layers::layer::Order;
use crate::losses::Loss;

/// What all shards read.
pub(crate) struct Shared<T> {
    /// Parameters of all layers.
    pub parameters: AVec<T>,
    /// Where those of the chain begin.
    pub chain: usize,
    /// What ends the chain.
    pub loss: Box<dyn Loss<T>>,
}

impl<T> Shared<T> {
    /// Parameters of the chain.
    pub fn of_chain(&self) -> &[T] {
        &self.parameters[self.chain..]
    }
}

/// What is wanted of a batch.
#[derive(Clone, Copy)]
pub enum Request<'a, T> {
    /// The loss with these targets `[N, K]`.
    Loss(ArrayView2<'a, T>),
    /// The loss with these targets, and the gradients.
    LossGradient(ArrayView2<'a, T>),
    /// The curvature of the loss with these targets, in the place of the gradients.
    Curvature(ArrayView2<'a, T>),
    /// The gradients of `$\sum dy \odot y$` with this `$dy$` `[N, K]`, and that sum as the loss.
    Gradient(ArrayView2<'a, T>),
}

impl<'a, T: Real> Request<'a, T> {
    /// Of the derivatives that it takes back through the chain.
    pub(crate) fn order(&self) -> Order {
        match self {
            Request::Curvature(_) => Order::Second,
            _ => Order::First,
        }
    }

    /// The same for some rows of the batch.
    pub(crate) fn of_rows(&self, rows: Range<usize>) -> Request<'a, T> {
        let of_rows = |matrix: &ArrayView2<'a, T>| matrix.slice_move(s![rows, ..]);
        match self {
            Request::Loss(t) => Request::Loss(of_rows(t)),
            Request::LossGradient(t) => Request::LossGradient(of_rows(t)),
            Request::Curvature(t) => Request::Curvature(of_rows(t)),
            Request::Gradient(dy) => Request::Gradient(of_rows(dy)),
        }
    }
}
