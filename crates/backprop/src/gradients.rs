//! The gradients of a batch, from its pieces.
//!
//! A layer with small weights (a convolution) takes a gradient in each piece, and these are summed.
//! Of a layer with large ones this would move more memory than the products themselves: a gradient of
//! each piece is cleared, written, read again and summed. There the threads do not share the rows of
//! the batch but the units of the layer ([`Layer::units`](crate::layers::Layer::units)): each goes
//! through all pieces, in their order, while the gradient of its units stays in its cache.

use ndarray::{ArrayView2, s};
use spec::Real;

use crate::crew;
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

/// What one thread computes at a time.
enum Task<'a, T> {
    /// The sums of what the pieces took, from this place on.
    Sums(usize, &'a mut [T]),
    /// The gradients of some units of this layer.
    Units(usize, UnitGradients<'a, T>),
}

impl<T: Real> Backpropagated<'_, T> {
    /// Writes the gradients of all parameters.
    pub fn gradients(&self, dw: &mut [T]) {
        let shared = dw.len() * self.x.nrows() >= 2 * LEAST_WORK;
        let mut rest = dw;
        let layers = (0..self.pieces[0].sequence.depth()).flat_map(|layer| {
            let parameters = self.pieces[0].sequence.range(layer).len();
            let dw = rest.split_off_mut(..parameters).unwrap_or_default();
            self.tasks(layer, dw)
        });
        match shared {
            true => crew::share(layers, |task| self.run(task)),
            // Less is not worth waking a thread for.
            false => layers.for_each(|task| self.run(task)),
        }
    }

    /// The gradients of a layer, in parts.
    fn tasks<'a>(
        &self,
        layer: usize,
        dw: &'a mut [T],
    ) -> impl Iterator<Item = Task<'a, T>> + use<'a, T> {
        let chain = &self.pieces[0].sequence;
        let (start, inputs) = (
            chain.taken(layer).start,
            chain.inputs(layer, self.x.ncols()),
        );
        let units = chain.units(layer);
        let (by_units, of_pieces) = dw.split_at_mut(if units == 0 { 0 } else { dw.len() });
        let sums = of_pieces.chunks_mut(BLOCK).enumerate();
        let sums = sums.map(move |(index, dw)| Task::Sums(start + index * BLOCK, dw));
        let units = UnitGradients::all(units, inputs, by_units).tasks();
        sums.chain(units.map(move |dw| Task::Units(layer, dw)))
    }

    fn run(&self, task: Task<T>) {
        match task {
            Task::Sums(start, dw) => self.sums(start, dw),
            Task::Units(layer, dw) => self.units(layer, dw),
        }
    }

    fn units(&self, layer: usize, dw: UnitGradients<T>) {
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

    fn sums(&self, start: usize, dw: &mut [T]) {
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
