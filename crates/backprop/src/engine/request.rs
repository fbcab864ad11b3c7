//! What is asked of a batch, and what all its shards read.

use aligned_vec::AVec;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The loss.
    Loss,
    /// The loss, and the gradients.
    LossGradient,
    /// The curvature of the loss, in the place of the gradients.
    Curvature,
    /// The gradients of `$\sum dy \odot y$` where the batch has `$dy$` `[N, K]` in the place of
    /// targets, and that sum as the loss.
    Gradient,
}

impl Request {
    /// Of the derivatives that it takes back through the chain.
    pub(crate) fn order(self) -> Order {
        match self {
            Self::Curvature => Order::Second,
            _ => Order::First,
        }
    }
}
