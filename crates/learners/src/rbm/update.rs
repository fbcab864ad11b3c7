//! One step of the rule: a batch, its chain, the gradient, the momentum.

use kernels::workers::share_if;
use ndarray::{Array, Array2, Axis, Dimension};
use spec::learners::Rule;

use super::Rbm;
use super::gradient::Gradient;
use super::machine::{ROWS, WORTH, in_pieces, sample};

/// Rows that a thread takes at a time: the weights are packed for each such product.
const SHARD: usize = 3 * ROWS;
/// Visible units whose weights a thread moves at a time.
const UNITS: usize = 64;

/// What an update needs beside the weights; it grows once.
#[derive(Default)]
pub struct Batch {
    /// Samples `[N, D]`, and their hidden probabilities `[N, H]`.
    v0: Array2<f32>,
    h0: Array2<f32>,
    /// Ends of the chains, `[M, D]` and `[M, H]`.
    v: Array2<f32>,
    h: Array2<f32>,
    /// What the parameters gain by it.
    pub(super) gain: Gradient<f32>,
}

impl Batch {
    /// v of the samples, and at the ends of the chains.
    pub(super) fn ends(&self) -> [&Array2<f32>; 2] {
        [&self.v0, &self.v]
    }
}

impl Rbm {
    /// Learns from these rows of the samples.
    pub(super) fn update(&mut self, rows: &[usize]) {
        let mut batch = std::mem::take(&mut self.batch);
        self.gradient(rows, &mut batch);
        self.updates += 1;
        self.step(&batch.gain);
        self.batch = batch;
    }

    /// Δ ← m Δ + η (g − λ W), W ← W + Δ; biases without λ.
    fn step(&mut self, gain: &Gradient<f32>) {
        let settings = &self.settings;
        let momentum = settings.momentum[usize::from(self.epochs + 1 >= settings.switch)] as f32;
        let (rate, decay) = (settings.learning_rate as f32, settings.decay as f32);
        let step = |change: &mut [f32], parameter: &mut [f32], gain: &[f32], decay: f32| {
            let of_each = change.iter_mut().zip(parameter).zip(gain);
            of_each.for_each(|((change, parameter), gain)| {
                *change = momentum * *change + rate * (gain - decay * *parameter);
                *parameter += *change;
            });
        };
        let (machine, change) = (&mut self.machine, &mut self.change);
        step(
            numbers(&mut change.b),
            numbers(&mut machine.b),
            all(&gain.b),
            0.0,
        );
        step(
            numbers(&mut change.c),
            numbers(&mut machine.c),
            all(&gain.c),
            0.0,
        );
        let (worth, part) = (gain.w.len() > WORTH / 2, UNITS * gain.c.len());
        let change = numbers(&mut change.w).chunks_mut(part);
        let parts = change
            .zip(numbers(&mut machine.w).chunks_mut(part))
            .zip(all(&gain.w).chunks(part));
        share_if(worth, parts, |((change, w), gain)| {
            step(change, w, gain, decay)
        });
    }

    /// The mean gradient of the batch by the rule; persistent chains go on to samples of their end.
    pub(super) fn gradient(&mut self, rows: &[usize], batch: &mut Batch) {
        self.gain(rows, batch);
        if let Rule::Pcd(_) = self.settings.rule {
            self.chains.assign(&batch.h);
            let stream = format_args!("gibbs/{}/chains", self.updates);
            let mut rng = self.streams.stream_of(stream);
            sample(&mut self.chains.view_mut(), &mut rng);
        }
    }

    /// The same, and no chain has moved.
    pub(super) fn gain(&self, rows: &[usize], batch: &mut Batch) {
        if self.settings.rule == Rule::Exact {
            let v = self.x.select(Axis(0), rows).mapv(f64::from);
            batch.gain = self.machine.cast::<f64>().exact_gradient(v.view()).cast();
            return;
        }
        let (inputs, hidden) = self.machine.w.dim();
        let chains = match self.settings.rule {
            Rule::Pcd(_) => self.chains.nrows(),
            Rule::Cd(_) | Rule::Exact => rows.len(),
        };
        fit(&mut batch.v0, (rows.len(), inputs));
        fit(&mut batch.h0, (rows.len(), hidden));
        fit(&mut batch.v, (chains, inputs));
        fit(&mut batch.h, (chains, hidden));
        for (mut v, &row) in batch.v0.rows_mut().into_iter().zip(rows) {
            v.assign(&self.x.row(row));
        }
        self.positive(batch);
        self.negative(batch);
        batch.gain.clear((inputs, hidden));
        batch.gain.add(batch.v0.view(), batch.h0.view(), 1.0);
        batch.gain.add(batch.v.view(), batch.h.view(), -1.0);
    }

    /// P(h | v) of the samples: probabilities.
    fn positive(&self, batch: &mut Batch) {
        let worth = batch.v0.nrows() * self.machine.w.len() > WORTH;
        let v = batch.v0.axis_chunks_iter(Axis(0), SHARD);
        let h = batch.h0.axis_chunks_iter_mut(Axis(0), SHARD);
        share_if(worth, v.zip(h), |(v, h)| self.machine.hidden(v, h));
    }

    /// The chain from samples of the hidden units: its visible units, and hidden probabilities
    /// given them.
    fn negative(&self, batch: &mut Batch) {
        let (steps, persistent) = match self.settings.rule {
            Rule::Cd(steps) => (steps, false),
            Rule::Pcd(steps) => (steps, true),
            Rule::Exact => return,
        };
        batch
            .h
            .assign(if persistent { &self.chains } else { &batch.h0 });
        let (machine, updates, streams) = (&self.machine, self.updates, self.streams);
        let reconstruction = self.settings.reconstruction;
        let worth = batch.v.nrows() * machine.w.len() > WORTH;
        let v = batch.v.axis_chunks_iter_mut(Axis(0), SHARD);
        let h = batch.h.axis_chunks_iter_mut(Axis(0), SHARD);
        let shards = v.zip(h).enumerate();
        share_if(worth, shards, |(shard, (mut v, mut h))| {
            let first = shard * SHARD / ROWS;
            let stream = |piece| streams.stream_of(format_args!("gibbs/{updates}/{piece}"));
            let mut rngs: [_; SHARD / ROWS] = std::array::from_fn(|piece| stream(first + piece));
            if !persistent {
                in_pieces(&mut h, &mut rngs, sample);
            }
            machine.gibbs(steps, reconstruction, &mut v, &mut h, &mut rngs);
        });
    }
}

/// All numbers in their order: a loop over slices is compiled to vectors, one over arrays is not.
fn all<D: Dimension>(array: &Array<f32, D>) -> &[f32] {
    array.as_slice().expect("it lies in one piece")
}

/// The same, to be changed.
fn numbers<D: Dimension>(array: &mut Array<f32, D>) -> &mut [f32] {
    array.as_slice_mut().expect("it lies in one piece")
}

/// Gives a buffer this shape; what is in it does not matter.
fn fit(buffer: &mut Array2<f32>, shape: (usize, usize)) {
    if buffer.dim() != shape {
        *buffer = Array2::zeros(shape);
    }
}
