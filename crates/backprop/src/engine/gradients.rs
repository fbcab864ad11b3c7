//! The gradients of a batch, from its shards.
//!
//! A layer with small weights (a convolution) takes a gradient in each shard, and these are summed.
//! Of a layer with large ones this would move more memory than the products themselves: a gradient
//! of each shard is cleared, written, read again and summed. There the threads do not share the
//! rows of the batch but the units of the layer ([`Layer::units`](crate::layers::Layer::units)):
//! each goes through all shards, in their order, while the gradient of its units stays in its
//! cache. The blocks of an [`InputLayer`] are shared likewise.
//!
//! Whoever has computed some gradients goes on with them at once: what follows for these
//! parameters, as a rule their update, finds them in the same cache, and no thread waits for the
//! others before. Where nobody wants them afterwards, those of weights never leave that cache.

use std::ops::Range;

use aligned_vec::AVec;
use contract::Real;
use kernels::elementwise;
use kernels::per_thread::PerThread;
use kernels::sharding::LEAST_WORK;
use kernels::workers;
use ndarray::{ArrayView2, s};

use crate::engine::chain::Chain;
use crate::engine::shard::Shard;
use crate::engine::shards::Shards;
use crate::layers::units::{self, UnitGradients};
use crate::layers::{InputLayer, Order};
use crate::optimizers::parameters::Parameters;

/// Gradients that a thread sums at a time.
const BLOCK: usize = 8192;

/// A batch that has gone through the network and back.
pub(crate) struct Backpropagated<'a, T> {
    pub input: &'a dyn InputLayer<T>,
    /// The layers that its shards went through, or others of the same plan.
    pub chain: &'a Chain<T>,
    pub shards: &'a Shards<Shard<T>>,
    /// The input of the network, `[N, D_in]`.
    pub x: ArrayView2<'a, T>,
    pub order: Order,
    /// Where the weights' gradients of a task go if they need not be kept.
    pub spare: Option<&'a PerThread<AVec<T>>>,
}

/// Gradients that one thread computes at a time.
enum GradientTask<'a, T> {
    /// Those of a block of the input layer.
    Block(usize, Parameters<'a, T>),
    /// The sums of what the shards have, from this place on.
    Sums(usize, Parameters<'a, T>),
    /// Those of some units of a layer.
    Units {
        layer: usize,
        units: Range<usize>,
        weight: Parameters<'a, T>,
        bias: Parameters<'a, T>,
    },
}

/// Gradients of the largest task by blocks or units.
pub(crate) fn largest_task<T: Real>(
    input: &dyn InputLayer<T>,
    chain: &Chain<T>,
    d_in: usize,
) -> usize {
    let of_layer = |layer| {
        let inputs = chain.inputs(layer, d_in);
        let parts = units::tasks(chain.units(layer), inputs);
        parts.map(|units| units.len() * inputs).max().unwrap_or(0)
    };
    let blocks = input.blocks().iter().copied();
    let tasks = blocks.chain((0..chain.depth()).map(of_layer));
    tasks.max().unwrap_or(0)
}

impl<T: Real> Backpropagated<'_, T> {
    /// Computes the gradients of all parameters, and calls `then` with some of them at a time.
    pub fn gradients(&self, mut all: Parameters<T>, then: impl Fn(Parameters<T>) + Sync) {
        let worth = all.len() * self.x.nrows() >= 2 * LEAST_WORK;
        let blocks = self.input.blocks();
        let of_input = all.split_off(blocks.iter().sum());
        let of_input = of_input.split(0..blocks.len(), |&block| blocks[block]);
        let of_input = of_input.map(|(block, parameters)| GradientTask::Block(block, parameters));
        let layers = all.split(0..self.chain.depth(), |&layer| {
            self.chain.range(layer).len()
        });
        let layers = layers.flat_map(|(layer, parameters)| self.tasks(layer, parameters));
        let tasks = of_input.chain(layers);
        workers::share_if(worth, tasks, |task| self.run(task, &then));
    }

    /// The tasks of a layer.
    fn tasks<'a>(
        &self,
        layer: usize,
        all: Parameters<'a, T>,
    ) -> impl DoubleEndedIterator<Item = GradientTask<'a, T>> + use<'a, T> {
        let chain = self.chain;
        let inputs = chain.inputs(layer, self.of_chain().ncols());
        let units = chain.units(layer);
        let mut in_shards = all;
        let weight = in_shards.split_off(units * inputs);
        let bias = in_shards.split_off(if units == 0 { 0 } else { in_shards.len() });
        // Where the gradients of a parameter stand in a shard.
        let (begin, start) = (in_shards.start, chain.in_shard(layer).start);
        let sums = in_shards.chunks(BLOCK);
        let sums = sums.map(move |some| GradientTask::Sums(start + some.start - begin, some));
        let parts = || units::tasks(units, inputs);
        let weights = weight.split(parts(), move |units| units.len() * inputs);
        let biases = usize::from(!bias.is_empty());
        let biases = bias.split(parts(), move |units| units.len() * biases);
        let units = weights.zip(biases);
        let units = units.map(move |((units, weight), (_, bias))| GradientTask::Units {
            layer,
            units,
            weight,
            bias,
        });
        sums.chain(units)
    }

    /// What went into the chain, `[N, D_in]`.
    fn of_chain(&self) -> ArrayView2<'_, T> {
        self.input.output(self.x)
    }

    fn run(&self, task: GradientTask<T>, then: &impl Fn(Parameters<T>)) {
        match task {
            GradientTask::Block(block, parameters) => self.in_spare(parameters, |parameters| {
                self.input
                    .gradients(self.order, block, self.x, parameters.g);
                then(parameters.reborrow());
            }),
            GradientTask::Sums(start, parameters) => {
                self.sums(start, parameters.g);
                then(parameters);
            }
            GradientTask::Units {
                layer,
                units,
                weight,
                bias,
            } => {
                self.in_spare(weight, |weight| {
                    let dw = UnitGradients {
                        units,
                        weight: &mut *weight.g,
                        bias: &mut *bias.g,
                    };
                    self.units(layer, dw);
                    then(weight.reborrow());
                });
                then(bias);
            }
        }
    }

    /// Calls `compute` with the parameters, their gradients in a thread's spare room if there is
    /// one.
    fn in_spare(&self, mut some: Parameters<T>, compute: impl FnOnce(&mut Parameters<T>)) {
        match self.spare {
            None => compute(&mut some),
            Some(spare) => spare.with(|room| {
                let g = &mut room[..some.len()];
                compute(&mut Parameters {
                    g,
                    ..some.reborrow()
                });
            }),
        }
    }

    fn units(&self, layer: usize, dw: UnitGradients<T>) {
        dw.weight.fill(T::zero());
        dw.bias.fill(T::zero());
        let x = self.of_chain();
        for (rows, shard) in self.shards.each() {
            let pass = shard.activations.pass(layer, x.slice(s![rows, ..]));
            let dw = UnitGradients {
                units: dw.units.clone(),
                weight: &mut *dw.weight,
                bias: &mut *dw.bias,
            };
            self.chain.unit_gradients(layer, self.order, pass, dw);
        }
    }

    fn sums(&self, start: usize, dw: &mut [T]) {
        let shards = self.shards.states().iter();
        let mut shards = shards.map(|shard| &shard.gradients[start..]);
        if let Some(first) = shards.next() {
            dw.copy_from_slice(&first[..dw.len()]);
        }
        for gradients in shards {
            let of_shard = &gradients[..dw.len()];
            elementwise::each([of_shard], [&mut *dw], |[dw], [sum]| *sum += dw);
        }
    }
}
