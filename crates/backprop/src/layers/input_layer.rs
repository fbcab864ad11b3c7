//! What a batch goes through as a whole, before a network divides it into shards.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, IxDyn, StrideShape};
use spec::model::PlannedParameter;

use super::identity::Identity;
use super::layer::Order;

/// A layer in front of the chain. Threads share its work in a way of its own, and not the rows of
/// the batch.
///
/// Its parameters are the first ones of the network, and it may keep them in another order than the
/// plan. Their gradients are computed in blocks, on any thread each.
pub trait InputLayer<T: Real>: Send + Sync {
    /// Planned layers that it takes the place of: the first ones.
    fn planned(&self) -> usize;

    /// How one of their parameters lies in memory.
    fn layout(&self, parameter: &PlannedParameter) -> StrideShape<IxDyn>;

    /// Computes the output of a batch `x` `[N, D_in]`, and keeps it. `w` begins with its
    /// parameters.
    fn forward(&mut self, w: &[T], x: ArrayView2<T>);

    /// The output `[N, D_out]` of that batch.
    fn output<'a>(&'a self, x: ArrayView2<'a, T>) -> ArrayView2<'a, T>;

    /// The output `[N, D_out]`, and where the chain behind leaves the gradient of it: in `dx`, if
    /// that is given, where the output is the batch itself.
    fn output_and_gradient<'a>(
        &'a mut self,
        x: ArrayView2<'a, T>,
        dx: Option<ArrayViewMut2<'a, T>>,
    ) -> (ArrayView2<'a, T>, Option<ArrayViewMut2<'a, T>>);

    /// Numbers of parameters of the blocks, one behind the other.
    fn blocks(&self) -> &[usize];

    /// Computes the gradients of a block's parameters from the batch that went forward last and the
    /// gradient of its output.
    fn gradients(&self, order: Order, block: usize, x: ArrayView2<T>, dw: &mut [T]);

    /// Computes the gradient of the input, unless the chain has left it there.
    fn input_gradient(&self, w: &[T], dx: ArrayViewMut2<T>);
}

/// The batch as it came: no planned layer, no parameters.
impl<T: Real> InputLayer<T> for Identity {
    fn planned(&self) -> usize {
        0
    }

    fn layout(&self, parameter: &PlannedParameter) -> StrideShape<IxDyn> {
        IxDyn(&parameter.shape).into()
    }

    fn forward(&mut self, _: &[T], _: ArrayView2<T>) {}

    fn output<'a>(&'a self, x: ArrayView2<'a, T>) -> ArrayView2<'a, T> {
        x
    }

    fn output_and_gradient<'a>(
        &'a mut self,
        x: ArrayView2<'a, T>,
        dx: Option<ArrayViewMut2<'a, T>>,
    ) -> (ArrayView2<'a, T>, Option<ArrayViewMut2<'a, T>>) {
        (x, dx)
    }

    fn blocks(&self) -> &[usize] {
        &[]
    }

    fn gradients(&self, _: Order, _: usize, _: ArrayView2<T>, _: &mut [T]) {}

    fn input_gradient(&self, _: &[T], _: ArrayViewMut2<T>) {}
}
