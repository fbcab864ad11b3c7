//! The gradients of a batch, from its pieces.
//!
//! A layer with small weights (a convolution) takes a gradient in each piece, and these are summed.
//! Of a layer with large ones this would move more memory than the products themselves: a gradient of
//! each piece is cleared, written, read again and summed. There the threads do not share the rows of
//! the batch but the units of the layer ([`Layer::units`](crate::layers::Layer::units)): each goes
//! through all pieces, in their order, while the gradient of its units stays in its cache.
//!
//! Whoever has computed some gradients goes on with them at once: what follows for these parameters, as a
//! rule their update, finds them in the same cache, and no thread waits for the others before. Where
//! nobody wants them afterwards, those of weights never leave that cache: an epoch of
//! 784-300-100-10 on two threads, which wait for memory most, then takes 0.92 of the time.

use std::ops::Range;

use aligned_vec::AVec;
use ndarray::{ArrayView2, s};
use spec::Real;

use crate::chain::Chain;
use crate::crew;
use crate::cut::{Cut, LEAST_WORK};
use crate::layers::Order;
use crate::parameters::Parameters;
use crate::per_thread::PerThread;
use crate::piece::Piece;
use crate::units::{self, UnitGradients};

/// Gradients that a thread sums at a time.
const BLOCK: usize = 8192;

/// A batch that has gone through the network and back.
pub(crate) struct Backpropagated<'a, T> {
    /// The layers that it went through, or others of the same plan.
    pub chain: &'a Chain<T>,
    pub pieces: &'a [Piece<T>],
    /// The input of the network, `[N, D_in]`.
    pub x: ArrayView2<'a, T>,
    pub cut: Cut,
    pub order: Order,
    /// Where the weights' gradients of a task go if they need not be kept.
    pub spare: Option<&'a PerThread<AVec<T>>>,
}

/// What one thread computes at a time.
enum Task<'a, T> {
    /// The sums of what the pieces took, from this place on.
    Sums(usize, Parameters<'a, T>),
    /// The gradients of some units of a layer.
    Units {
        layer: usize,
        units: Range<usize>,
        weight: Parameters<'a, T>,
        bias: Parameters<'a, T>,
    },
}

/// Weights of the largest task by units.
pub(crate) fn largest_task<T: Real>(chain: &Chain<T>, d_in: usize) -> usize {
    let of_layer = |layer| {
        let inputs = chain.inputs(layer, d_in);
        let parts = units::parts(chain.units(layer), inputs);
        parts.map(|units| units.len() * inputs).max().unwrap_or(0)
    };
    (0..chain.depth()).map(of_layer).max().unwrap_or(0)
}

impl<T: Real> Backpropagated<'_, T> {
    /// Computes the gradients of all parameters, and calls `then` with some of them at a time.
    pub fn gradients(&self, all: Parameters<T>, then: impl Fn(Parameters<T>) + Sync) {
        let shared = all.len() * self.x.nrows() >= 2 * LEAST_WORK;
        let layers = all.cut(0..self.chain.depth(), |&layer| {
            self.chain.range(layer).len()
        });
        let layers = layers.flat_map(|(layer, parameters)| self.tasks(layer, parameters));
        crew::share_if(shared, layers, |task| self.run(task, &then));
    }

    /// The gradients of a layer, in parts.
    fn tasks<'a>(
        &self,
        layer: usize,
        all: Parameters<'a, T>,
    ) -> impl DoubleEndedIterator<Item = Task<'a, T>> + use<'a, T> {
        let chain = self.chain;
        let inputs = chain.inputs(layer, self.x.ncols());
        let units = chain.units(layer);
        let mut of_pieces = all;
        let weight = of_pieces.split_off(units * inputs);
        let bias = of_pieces.split_off(if units == 0 { 0 } else { of_pieces.len() });
        // Where the gradients of a parameter stand in a piece.
        let (begin, start) = (of_pieces.start, chain.taken(layer).start);
        let sums = of_pieces.chunks(BLOCK);
        let sums = sums.map(move |part| Task::Sums(start + part.start - begin, part));
        let parts = || units::parts(units, inputs);
        let weights = weight.cut(parts(), move |units| units.len() * inputs);
        let biases = usize::from(!bias.is_empty());
        let biases = bias.cut(parts(), move |units| units.len() * biases);
        let units = weights
            .zip(biases)
            .map(move |((units, weight), (_, bias))| Task::Units {
                layer,
                units,
                weight,
                bias,
            });
        sums.chain(units)
    }

    fn run(&self, task: Task<T>, then: &impl Fn(Parameters<T>)) {
        match task {
            Task::Sums(start, part) => {
                self.sums(start, part.g);
                then(part);
            }
            Task::Units {
                layer,
                units,
                mut weight,
                bias,
            } => {
                let compute = |weight: Parameters<T>| {
                    let dw = UnitGradients {
                        units,
                        weight: &mut *weight.g,
                        bias: &mut *bias.g,
                    };
                    self.units(layer, dw);
                    then(weight);
                };
                match self.spare {
                    None => compute(weight),
                    Some(spare) => spare.lend(|room| {
                        let g = &mut room[..weight.len()];
                        compute(Parameters { g, ..weight.lend() });
                    }),
                }
                then(bias);
            }
        }
    }

    fn units(&self, layer: usize, dw: UnitGradients<T>) {
        dw.weight.fill(T::zero());
        dw.bias.fill(T::zero());
        for (index, piece) in self.pieces.iter().enumerate() {
            let x = self.x.slice(s![self.cut.part(index), ..]);
            let pass = piece.trace.pass(layer, x);
            let dw = UnitGradients {
                units: dw.units.clone(),
                weight: &mut *dw.weight,
                bias: &mut *dw.bias,
            };
            self.chain
                .unit_gradients(layer, self.order, pass, piece, dw);
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
