//! A network: an input layer, a chain of layers, its loss, and backpropagation through all of them.

use aligned_vec::AVec;
use contract::{Batch, NamedTensors, Real, Streams, TensorError, aligned_zeros};
use kernels::per_thread::PerThread;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use spec::model::PlannedLayer;
use spec::training::LossSpec;
use std::ops::Range;

use crate::engine::chain::{Build, Chain};
use crate::engine::gradients::{Backpropagated, largest_task};
use crate::engine::names::Names;
use crate::engine::request::Shared;
use crate::engine::shard::{Shard, ShardInput};
use crate::engine::sharded_layer;
use crate::engine::shards::{Shards, couples_samples};
use crate::layers::{self, InputLayer, Mode};
use crate::losses;
use crate::optimizers::parameters::{Parameters, STATE};

pub use crate::engine::request::Request;

/// A network: the parameters of all layers in one flat vector, and the shards of a batch.
///
/// A shard keeps its activations and gradients; the layers themselves, with all that they need only
/// while a shard goes through them, each thread has once, so that this stays in a cache of its
/// processor.
pub struct Network<T> {
    plan: Vec<PlannedLayer>,
    shared: Shared<T>,
    /// What a batch goes through before it is divided into shards.
    input: Box<dyn InputLayer<T>>,
    /// The layers behind it; where samples are coupled there is one chain.
    chains: PerThread<Chain<T>>,
    /// Rows that every chain has room for, forward and backward.
    room: usize,
    shards: Shards<Shard<T>>,
    /// Gradients of all parameters, over the whole batch.
    gradients: AVec<T>,
    /// Room for the gradients of one task.
    spare: PerThread<AVec<T>>,
}

impl<T: Real> Network<T> {
    /// A network of the planned layers, the first of which may be an input layer, every parameter
    /// 0. Dropout masks come from `streams`.
    pub fn new(
        plan: &[PlannedLayer],
        input: Box<dyn InputLayer<T>>,
        loss: LossSpec,
        streams: Streams,
    ) -> Self {
        let of_chain = plan[input.planned()..].to_vec();
        let (build, d_in) = (build_of(plan), of_chain[0].inputs());
        let mut chains =
            PerThread::new(move || Chain::new(&of_chain, streams, build).leaving_units());
        let chain = chains.first();
        let largest = largest_task(&*input, chain, d_in);
        let shard = Shard::new(chain);
        let parameters = plan.iter().map(PlannedLayer::parameter_count).sum();
        Self {
            plan: plan.to_vec(),
            shared: Shared {
                parameters: aligned_zeros(parameters),
                chain: parameters - chain.parameters(),
                loss: losses::build(loss),
            },
            input,
            shards: Shards::new(plan, move || shard.clone()),
            chains,
            room: 0,
            gradients: aligned_zeros(parameters),
            spare: PerThread::new(move || aligned_zeros(largest)),
        }
    }

    /// Number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.shared.parameters.len()
    }

    /// Takes every parameter and running statistic by its name.
    ///
    /// # Errors
    /// When one is missing or has another shape; then nothing is taken.
    pub fn load(&mut self, tensors: &NamedTensors<T>) -> Result<(), TensorError> {
        let names = Names {
            plan: &self.plan,
            input: &*self.input,
        };
        let statistics = names.load(tensors, &mut self.shared.parameters)?;
        self.chains.first().restore(&mut statistics.as_slice());
        Ok(())
    }

    /// The parameters and running statistics by name.
    pub fn parameters(&self) -> NamedTensors<T> {
        // Only a network in one shard has running statistics.
        let mut statistics = Vec::new();
        self.chains.with(|chain| chain.save(&mut statistics));
        self.named(&self.shared.parameters, &statistics)
    }

    /// The gradients of the last [`Network::run`] by name.
    pub fn gradients(&self) -> NamedTensors<T> {
        self.named(&self.gradients, &[])
    }

    /// The parameters, flat.
    pub fn flat_parameters(&self) -> &[T] {
        &self.shared.parameters
    }

    /// The gradients of the last [`Network::run`], flat.
    pub fn flat_gradients(&self) -> &[T] {
        &self.gradients
    }

    /// All parameters with the gradients of the last [`Network::run`], and with `state`.
    pub fn with_gradients<'a>(&'a mut self, state: [&'a mut [T]; STATE]) -> Parameters<'a, T> {
        Parameters {
            start: 0,
            w: &mut self.shared.parameters,
            g: &mut self.gradients,
            state,
        }
    }

    /// Ends an update: what was measured on its batch enters the running statistics.
    pub fn end_step(&mut self) {
        self.chains.first().end_step();
    }

    fn named(&self, parameters: &[T], statistics: &[T]) -> NamedTensors<T> {
        self.names().named(parameters, statistics)
    }

    fn names(&self) -> Names<'_, T> {
        Names {
            plan: &self.plan,
            input: &*self.input,
        }
    }

    /// Runs a batch forward and returns the mean loss. The outputs, and the
    /// gradients if the request asks for them, stay to be read; the gradient of the input is
    /// computed only if `dx` is given, `[N, D_in]`.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub fn run(
        &mut self,
        batch: Batch<T>,
        request: Request,
        mode: Mode,
        mut dx: Option<ArrayViewMut2<T>>,
    ) -> f64 {
        self.forward_backward(batch, request, mode, dx.as_mut().map(|dx| dx.view_mut()));
        if request != Request::Loss {
            let passed = Backpropagated {
                input: &*self.input,
                chain: self.chains.first(),
                shards: &self.shards,
                x: batch.x,
                order: request.order(),
                spare: None,
            };
            let gradients = Parameters {
                g: &mut self.gradients,
                ..Parameters::default()
            };
            passed.gradients(gradients, |_| ());
        }
        if let Some(dx) = dx {
            self.input.input_gradient(&self.shared.parameters, dx);
        }
        match request {
            Request::Gradient => self.loss(),
            _ => self.loss() / batch.losses() as f64,
        }
    }

    /// Runs a batch, hands the parameters with their gradients to
    /// `learn`, some at a time and on several threads, and returns the mean loss. The optimizer
    /// `state` goes with them, if there is any. Nothing is promised of [`Network::gradients`]
    /// afterwards.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub fn learn(
        &mut self,
        batch: Batch<T>,
        mode: Mode,
        state: [&mut [T]; STATE],
        learn: impl Fn(Parameters<T>) + Sync,
    ) -> f64 {
        let request = Request::LossGradient;
        self.forward_backward(batch, request, mode, None);
        self.spare.provide(rayon::current_num_threads());
        let passed = Backpropagated {
            input: &*self.input,
            chain: self.chains.first(),
            shards: &self.shards,
            x: batch.x,
            order: request.order(),
            spare: Some(&self.spare),
        };
        let all = Parameters {
            start: 0,
            w: &mut self.shared.parameters,
            g: &mut self.gradients,
            state,
        };
        passed.gradients(all, learn);
        self.loss() / batch.losses() as f64
    }

    /// Every shard of the batch forward and, if the request asks for it, backward, where `dx` `[N,
    /// D_in]` is left if it is given and the input layer has no other place for it.
    fn forward_backward(
        &mut self,
        batch: Batch<T>,
        request: Request,
        mode: Mode,
        dx: Option<ArrayViewMut2<T>>,
    ) {
        batch.expect_lengths(self.plan[0].input[0]);
        let losses = batch.losses();
        match request {
            // A layer keeps what its gradients of second order need, so they are all taken in one.
            Request::Curvature => self.shards.take_whole(batch.len()),
            _ => self.shards.divide(batch.len()),
        }
        let shared = &self.shared;
        self.input.forward(&shared.parameters, batch.x);
        let (x, mut dx) = self.input.output_and_gradient(batch.x, dx);
        let run = |chain: &mut Chain<T>,
                   shard: &mut Shard<T>,
                   rows: Range<usize>,
                   dx: Option<ArrayViewMut2<T>>| {
            let input = ShardInput {
                x: x.slice(s![rows.clone(), ..]),
                dx,
                mode: mode.from_row(rows.start),
                samples: batch.rows(rows),
                request,
                losses,
            };
            shard.run(chain, shared, input);
        };
        if let [shard] = self.shards.states_mut() {
            return run(self.chains.first(), shard, 0..batch.len(), dx);
        }
        let height = self.shards.sharding().height;
        if self.chains.provide(rayon::current_num_threads()) {
            self.room = 0;
        }
        if self.room < height && request != Request::Loss {
            // Every chain makes its room now, not when its thread is first in time to take a shard.
            for chain in self.chains.each() {
                let dx = dx.as_mut().map(|dx| dx.slice_mut(s![..height, ..]));
                run(chain, &mut self.shards.states_mut()[0], 0..height, dx);
            }
            self.room = height;
        }
        let chains = &self.chains;
        self.shards.run(dx, |shard, rows, dx| {
            chains.with(|chain| run(chain, shard, rows, dx));
        });
    }

    /// Sum of the losses of the last batch.
    fn loss(&self) -> f64 {
        self.shards.states().iter().map(|shard| shard.loss).sum()
    }

    /// Output of a planned layer in the last run, which was with `x`; none of one that is fused
    /// with the next.
    pub fn output(&self, layer: usize, x: ArrayView2<T>) -> Option<Array2<T>> {
        match layer.checked_sub(self.input.planned()) {
            Some(of_chain) => self.chain_output(of_chain),
            None => Some(self.input.output(x).to_owned()),
        }
    }

    /// Output of the last layer.
    pub fn last_output(&self) -> Array2<T> {
        let last = self.plan.len() - 1 - self.input.planned();
        let output = self.chain_output(last);
        output.expect("the last layer is fused with no next")
    }

    /// Output of a planned layer of the chain.
    fn chain_output(&self, planned: usize) -> Option<Array2<T>> {
        let layer = self.chains.with(|chain| chain.layer_of_output(planned))?;
        let width = self.plan[self.input.planned() + planned].outputs();
        let mut output = Array2::zeros((self.shards.sharding().rows, width));
        for (rows, shard) in self.shards.each() {
            let mut of_shard = output.slice_mut(s![rows, ..]);
            of_shard.assign(&shard.activations.output(layer));
        }
        Some(output)
    }
}

/// Where samples are coupled the batch stays whole, and each layer is sharded by itself.
fn build_of<T: Real>(plan: &[PlannedLayer]) -> Build<T> {
    match couples_samples(plan) {
        true => sharded_layer::build_first,
        false => layers::build_first,
    }
}
