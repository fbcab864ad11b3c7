//! The gradients of a batch, from its pieces.
//!
//! A layer with small weights (a convolution) takes a gradient in each piece, and these are summed.
//! Of a layer with large ones this would move more memory than the products themselves: a gradient of
//! each piece is cleared, written, read again and summed. There the threads do not share the rows of
//! the batch but the units of the layer ([`Layer::units`](crate::layers::Layer::units)): each goes
//! through all pieces, in their order, while the gradient of its units stays in its cache. The inputs of an
//! [`InputLinear`] are shared likewise.
//!
//! Whoever has computed some gradients goes on with them at once: what follows for these parameters, as a
//! rule their update, finds them in the same cache, and no thread waits for the others before. Where
//! nobody wants them afterwards, those of weights never leave that cache: an epoch of
//! 784-300-100-10 on two threads, which wait for memory most, then takes 0.92 of the time.

use std::ops::Range;

use aligned_vec::AVec;
use contract::Real;
use ndarray::{ArrayView2, s};

use crate::engine::chain::Chain;
use crate::engine::piece::Piece;
use crate::layers::units::{self, UnitGradients};
use crate::layers::{InputLinear, Order};
use crate::optimizers::parameters::Parameters;
use kernels::cut::{Cut, LEAST_WORK};
use kernels::elementwise;
use kernels::per_thread::PerThread;
use kernels::workers;

/// Gradients that a thread sums at a time.
const BLOCK: usize = 8192;

/// A batch that has gone through the network and back.
pub(crate) struct Backpropagated<'a, T> {
    /// The layer before the chain, if there is one.
    pub first: Option<&'a InputLinear<T>>,
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
    /// The gradients of the weights of some inputs, with the number of their task in the first layer.
    Inputs(usize, Parameters<'a, T>),
    /// The gradients of the biases behind them.
    Biases(Parameters<'a, T>),
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

/// Weights of the largest task by inputs or units.
pub(crate) fn largest_task<T: Real>(
    first: Option<&InputLinear<T>>,
    chain: &Chain<T>,
    d_in: usize,
) -> usize {
    let of_inputs = first.map_or(0, |first| {
        let weights = (0..first.tasks()).map(|task| first.weights(task));
        weights.max().unwrap_or(0)
    });
    let of_layer = |layer| {
        let inputs = chain.inputs(layer, d_in);
        let parts = units::parts(chain.units(layer), inputs);
        parts.map(|units| units.len() * inputs).max().unwrap_or(0)
    };
    (0..chain.depth()).map(of_layer).fold(of_inputs, usize::max)
}

impl<T: Real> Backpropagated<'_, T> {
    /// Computes the gradients of all parameters, and calls `then` with some of them at a time.
    pub fn gradients(&self, mut all: Parameters<T>, then: impl Fn(Parameters<T>) + Sync) {
        let shared = all.len() * self.x.nrows() >= 2 * LEAST_WORK;
        let (weights, biases) = self.first.map_or((0, 0), InputLinear::counts);
        let (mut weight, bias) = (all.split_off(weights), all.split_off(biases));
        // The first inputs before all others and the last ones behind: the threads meet in the middle, and each
        // finds the weights that it reads for the next batch in its own cache.
        let tasks = self.first.map_or(0, InputLinear::tasks);
        let weights = |task: &usize| self.first.map_or(0, |first| first.weights(*task));
        let front_weights = (0..tasks / 2).map(|task| weights(&task)).sum();
        let front = weight.split_off(front_weights).cut(0..tasks / 2, weights);
        let back = weight.cut(tasks / 2..tasks, weights);
        let of_inputs = |(task, weight)| Task::Inputs(task, weight);
        let bias = (!bias.is_empty()).then_some(Task::Biases(bias));
        let layers = all.cut(0..self.chain.depth(), |&layer| {
            self.chain.range(layer).len()
        });
        let layers = layers.flat_map(|(layer, parameters)| self.tasks(layer, parameters));
        let tasks = front.map(of_inputs).chain(bias);
        let tasks = tasks.chain(layers).chain(back.map(of_inputs));
        workers::share_if(shared, tasks, |task| self.run(task, &then));
    }

    /// The gradients of a layer, in parts.
    fn tasks<'a>(
        &self,
        layer: usize,
        all: Parameters<'a, T>,
    ) -> impl DoubleEndedIterator<Item = Task<'a, T>> + use<'a, T> {
        let chain = self.chain;
        let inputs = chain.inputs(layer, self.of_chain().ncols());
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

    /// What went into the chain, `[N, D_in]`.
    fn of_chain(&self) -> ArrayView2<'_, T> {
        match self.first {
            Some(first) => first.outputs(self.cut.rows),
            None => self.x,
        }
    }

    fn run(&self, task: Task<T>, then: &impl Fn(Parameters<T>)) {
        match task {
            Task::Inputs(task, weight) => {
                let first = self.first.expect("its inputs are the task");
                self.unkept(weight, |weight| {
                    first.weight_gradients(self.order, task, self.x, weight.g);
                    then(weight.lend());
                });
            }
            Task::Biases(bias) => {
                let first = self.first.expect("its biases are the task");
                first.bias_gradients(self.cut.rows, bias.g);
                then(bias);
            }
            Task::Sums(start, part) => {
                self.sums(start, part.g);
                then(part);
            }
            Task::Units {
                layer,
                units,
                weight,
                bias,
            } => {
                self.unkept(weight, |weight| {
                    let dw = UnitGradients {
                        units,
                        weight: &mut *weight.g,
                        bias: &mut *bias.g,
                    };
                    self.units(layer, dw);
                    then(weight.lend());
                });
                then(bias);
            }
        }
    }

    /// Calls `compute` with the parameters, their gradients in a thread's spare room if there is one.
    fn unkept(&self, mut weight: Parameters<T>, compute: impl FnOnce(&mut Parameters<T>)) {
        match self.spare {
            None => compute(&mut weight),
            Some(spare) => spare.lend(|room| {
                let g = &mut room[..weight.len()];
                compute(&mut Parameters { g, ..weight.lend() });
            }),
        }
    }

    fn units(&self, layer: usize, dw: UnitGradients<T>) {
        dw.weight.fill(T::zero());
        dw.bias.fill(T::zero());
        let x = self.of_chain();
        for (index, piece) in self.pieces.iter().enumerate() {
            let x = x.slice(s![self.cut.part(index), ..]);
            let pass = piece.trace.pass(layer, x);
            let dw = UnitGradients {
                units: dw.units.clone(),
                weight: &mut *dw.weight,
                bias: &mut *dw.bias,
            };
            self.chain.unit_gradients(layer, self.order, pass, dw);
        }
    }

    fn sums(&self, start: usize, dw: &mut [T]) {
        let mut pieces = self.pieces.iter().map(|piece| &piece.gradients[start..]);
        if let Some(first) = pieces.next() {
            dw.copy_from_slice(&first[..dw.len()]);
        }
        for gradients in pieces {
            let of_piece = &gradients[..dw.len()];
            elementwise::each([of_piece], [&mut *dw], |[dw], [sum]| *sum += dw);
        }
    }
}
