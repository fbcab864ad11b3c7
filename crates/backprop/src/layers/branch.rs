//! Layers inside a layer: a chain, with what some rows leave in it.

use contract::{Real, Streams};
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use super::{Mode, Order};
use crate::engine::chain::{Activations, Build, Chain};

/// A chain with activations of its own.
pub(crate) struct Branch<T> {
    pub chain: Chain<T>,
    activations: Activations<T>,
}

impl<T: Real> Branch<T> {
    /// The planned layers; `build` makes them.
    pub fn new(plan: &[PlannedLayer], streams: Streams, build: Build<T>) -> Self {
        let chain = Chain::new(plan, streams, build);
        let activations = chain.activations();
        Self { chain, activations }
    }

    /// The output `[rows, D_out]` of the last layer.
    pub fn forward(&mut self, w: &[T], x: ArrayView2<T>, mode: Mode) -> ArrayView2<'_, T> {
        self.chain.forward(w, x, &mut self.activations, mode);
        self.activations.last_output()
    }

    /// That output, and its gradient, which is to be filled before [`Branch::backward`].
    pub fn output_and_gradient(&mut self) -> (ArrayView2<'_, T>, ArrayViewMut2<'_, T>) {
        self.activations.last_output_and_gradient()
    }

    /// [`Chain::backward`] of first order.
    pub fn backward(
        &mut self,
        w: &[T],
        x: ArrayView2<T>,
        dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        let activations = &mut self.activations;
        self.chain.backward(Order::First, w, x, activations, dx, dw);
    }
}
