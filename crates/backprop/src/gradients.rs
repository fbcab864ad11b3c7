//! The gradients of a batch, from its pieces.
//!
//! A layer with small weights (a convolution) takes a gradient in each piece, and these are summed.
//! Of a layer with large ones this would move more memory than the products themselves: a gradient of
//! each piece is cleared, written, read again and summed. There the threads do not share the rows of
//! the batch but the units of the layer ([`Layer::units`](crate::layers::Layer::units)): each goes
//! through all pieces, in their order, while the gradient of its units stays in its cache.

use ndarray::{ArrayView2, s};
use spec::Real;

use crate::cut::{Cut, LEAST_WORK};
use crate::layers::Order;
use crate::piece::Piece;
use crate::units::UnitGradients;

/// Gradients that a thread sums at a time.
const BLOCK: usize = 8192;

/// A batch that has gone through the network and back.
pub(crate) struct Backpropagated<'a, T> {
    pub pieces: &'a [Piece<T>],
    /// The input of the network, `[N, D_in]`.
    pub x: ArrayView2<'a, T>,
    pub cut: Cut,
    pub order: Order,
}

impl<T: Real> Backpropagated<'_, T> {
    /// Writes the gradients of all parameters.
    pub fn gradients(&self, dw: &mut [T]) {
        // Less is not worth waking a thread for.
        let shared = dw.len() * self.x.nrows() >= 2 * LEAST_WORK;
        self.layers_from(0, shared, dw);
    }

    /// The gradients of this layer and all after it.
    fn layers_from(&self, layer: usize, shared: bool, dw: &mut [T]) {
        let chain = &self.pieces[0].sequence;
        let mut layer = layer;
        while layer < chain.depth() && chain.range(layer).is_empty() {
            layer += 1;
        }
        if layer == chain.depth() {
            return;
        }
        let (dw, after) = dw.split_at_mut(chain.range(layer).len());
        let this = || match chain.units(layer) {
            0 => self.sums(chain.taken(layer).start, shared, dw),
            units => {
                let inputs = chain.inputs(layer, self.x.ncols());
                self.units(layer, shared, UnitGradients::all(units, inputs, dw));
            }
        };
        join(shared, this, || self.layers_from(layer + 1, shared, after));
    }

    /// The gradients of some units of a layer.
    fn units(&self, layer: usize, shared: bool, dw: UnitGradients<T>) {
        match dw.halves() {
            Ok([first, second]) => join(
                shared,
                || self.units(layer, shared, first),
                || self.units(layer, shared, second),
            ),
            Err(dw) => {
                dw.weight.fill(T::zero());
                dw.bias.fill(T::zero());
                for (index, piece) in self.pieces.iter().enumerate() {
                    let x = self.x.slice(s![self.cut.part(index), ..]);
                    let dw = UnitGradients {
                        units: dw.units.clone(),
                        weight: &mut *dw.weight,
                        bias: &mut *dw.bias,
                    };
                    piece.sequence.unit_gradients(layer, self.order, x, dw);
                }
            }
        }
    }

    /// The sums of what the pieces took, from a place on.
    fn sums(&self, start: usize, shared: bool, dw: &mut [T]) {
        if dw.len() > BLOCK {
            let (first, second) = dw.split_at_mut(dw.len() / 2);
            let middle = start + first.len();
            return join(
                shared,
                || self.sums(start, shared, first),
                || self.sums(middle, shared, second),
            );
        }
        let mut pieces = self.pieces.iter().map(|piece| &piece.gradients[start..]);
        if let Some(first) = pieces.next() {
            dw.copy_from_slice(&first[..dw.len()]);
        }
        for gradients in pieces {
            for (sum, &gradient) in dw.iter_mut().zip(gradients) {
                *sum += gradient;
            }
        }
    }
}

/// Both, side by side if the work is shared among threads.
fn join(shared: bool, first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    match shared {
        true => {
            rayon::join(first, second);
        }
        false => {
            first();
            second();
        }
    }
}
