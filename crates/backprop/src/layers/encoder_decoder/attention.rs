//! Attention of a decoder to the outputs of an encoder, a step at a time.
//!
//! A state q `[H]` of the decoder is held against each output `$k_j$` `[W]` of the encoder. Their
//! scores become weights, and the context is the mean of the outputs by these weights:
//!
//! ```math
//! a_j = \frac{e^{s_j}}{\sum_{j' < \ell} e^{s_{j'}}}, \qquad c = \sum_{j < \ell} a_j k_j
//! ```
//!
//! with `$\ell$` the true length of the source: padding has weight 0 and enters nothing.
//!
//! | | score `$s_j$` | `$p_j$` | source |
//! |---|---|---|---|
//! | `dot` | `$q \cdot p_j$` | `$k_j$` | Luong, Pham, Manning 2015, eq. 8 |
//! | `scaled_dot` | `$q \cdot p_j / \sqrt H$` | `$k_j$` | Vaswani et al. 2017, eq. 1 |
//! | `general` | `$q \cdot p_j$` | `$W k_j$` | Luong, Pham, Manning 2015, eq. 8 |
//! | `additive` | `$v \cdot \tanh(W q + p_j)$` | `$U k_j$` | Bahdanau, Cho, Bengio 2015, A.1.2 |
//!
//! The projections `$p_j$` wait for no state: they are one product for all steps. Backward, with
//! `$dc$` from above and every gradient of an output or a projection summed over the steps:
//!
//! ```math
//! da_j = dc \cdot k_j, \qquad dk_j \mathrel{+}= a_j\, dc, \qquad
//!   ds_j = a_j \Bigl(da_j - \sum_{j'} a_{j'} da_{j'}\Bigr)
//! ```
//!
//! Dot products: `$dq = \sum_j ds_j\, p_j$`, `$dp_j \mathrel{+}= ds_j\, q$`, both over `$\sqrt H$`
//! where the score is. Additive, with `$u_j = \tanh(W q + p_j)$`:
//!
//! ```math
//! dv \mathrel{+}= ds_j u_j, \qquad dp_j \mathrel{+}= g_j = ds_j\, v (1 - u_j^2), \qquad
//!   dq = \Bigl(\sum_j g_j\Bigr) W, \qquad dW \mathrel{+}= \Bigl(\sum_j g_j\Bigr)^\top q
//! ```

use contract::Real;
use kernels::cells::{Activate, Function};
use kernels::matmul::vectorized::Vectorized;
use kernels::matmul::{matmul, matmul_transposed};
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::AttentionSpec;

use super::rows::{add, dot, matrix, matrix_mut, row, slice};

/// Attention over L outputs of the encoder.
#[derive(Clone, Debug)]
pub(super) struct Attention<T> {
    spec: AttentionSpec,
    size: Size,
    /// `$\ell$` of each sample.
    lengths: Vec<usize>,
    /// `$p_j$`, `[N·L, P]`; empty where it is `$k_j$`.
    projections: Vec<T>,
    /// Its gradient.
    d_projections: Vec<T>,
    /// `$a_j$` of every step, `[T, N, L]`.
    weights: Vec<T>,
    /// `$u_j$` of every step, `[T, N, L, A]`.
    hidden: Vec<T>,
    /// `$W q$` of a step, then `$\sum_j g_j$`, `[N, A]`.
    query: Vec<T>,
    /// `$da_j$`, then `$ds_j$`, of a sample.
    d_scores: Vec<T>,
}

/// Its sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// H, numbers of a state.
    pub states: usize,
    /// W, numbers of an output of the encoder.
    pub outputs: usize,
    /// L, outputs of the encoder, and steps of the decoder.
    pub steps: usize,
}

impl<T: Real> Attention<T> {
    /// Nothing read yet.
    pub fn new(spec: &AttentionSpec, size: Size) -> Self {
        Self {
            spec: spec.clone(),
            size,
            lengths: Vec::new(),
            projections: Vec::new(),
            d_projections: Vec::new(),
            weights: Vec::new(),
            hidden: Vec::new(),
            query: Vec::new(),
            d_scores: vec![T::zero(); size.steps],
        }
    }

    /// P, numbers of a projection.
    fn projected(&self) -> usize {
        match &self.spec {
            AttentionSpec::Additive(additive) => additive.units,
            AttentionSpec::General => self.size.states,
            _ => self.size.outputs,
        }
    }

    /// Its parameters as matrices: that of the query `[A, H]`, that of the outputs `[P, W]`, and v.
    fn parts<'a>(&self, w: &'a [T]) -> [&'a [T]; 3] {
        let of_query = match &self.spec {
            AttentionSpec::Additive(additive) => additive.units * self.size.states,
            _ => 0,
        };
        let (query, rest) = w.split_at(of_query);
        let of_key = rest.len().min(self.projected() * self.size.outputs);
        let (key, score) = rest.split_at(of_key);
        [query, key, score]
    }

    /// Factor of a dot product.
    fn scale(&self) -> T {
        match self.spec {
            AttentionSpec::ScaledDot => T::of((self.size.states as f64).sqrt().recip()),
            _ => T::one(),
        }
    }

    /// Takes the encoder's outputs `[N, L·W]`, with their true lengths: `$p_j$` of all of them.
    pub fn read(&mut self, w: &[T], keys: ArrayView2<T>, lengths: &[usize]) {
        let (samples, steps, projected) = (keys.nrows(), self.size.steps, self.projected());
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths);
        self.weights.resize(steps * samples * steps, T::zero());
        let [query, key, _] = self.parts(w);
        if !query.is_empty() {
            (self.hidden).resize(steps * samples * steps * projected, T::zero());
            self.query.resize(samples * projected, T::zero());
        }
        if !key.is_empty() {
            let (rows, numbers) = (samples * steps, samples * steps * projected);
            self.projections.resize(numbers, T::zero());
            self.projections.fill(T::zero());
            self.d_projections.resize(numbers, T::zero());
            self.d_projections.fill(T::zero());
            let keys = matrix(slice(keys), rows);
            let of_rows = matrix_mut(&mut self.projections, rows);
            matmul(keys, matrix(key, projected).t(), of_rows); // pⱼ = W kⱼ
        }
    }

    /// The contexts `[N, W]` of states `[N, H]`.
    pub fn forward(
        &mut self,
        w: &[T],
        step: usize,
        states: ArrayView2<T>,
        keys: ArrayView2<T>,
        mut contexts: ArrayViewMut2<T>,
    ) {
        self.take_queries(w, states);
        for sample in 0..states.nrows() {
            let of_sample = Place { step, sample };
            self.score(w, of_sample, row(&states, sample), row(&keys, sample));
            let (length, outputs) = (self.lengths[sample], self.size.outputs);
            let weights = &mut self.weights[of_sample.range(self.lengths.len(), self.size.steps)];
            softmax(weights, length);
            let mut context = contexts.row_mut(sample);
            let context = context.as_slice_mut().expect("buffers lie row by row");
            context.fill(T::zero());
            let keys = row(&keys, sample).chunks_exact(outputs);
            for (&weight, key) in weights[..length].iter().zip(keys) {
                add(weight, key, context); // c = Σ aⱼ kⱼ
            }
        }
    }

    /// W q of all samples, of additive attention.
    fn take_queries(&mut self, w: &[T], states: ArrayView2<T>) {
        let [query, ..] = self.parts(w);
        if !query.is_empty() {
            let units = query.len() / self.size.states;
            self.query.fill(T::zero());
            let of_samples = matrix_mut(&mut self.query, states.nrows());
            matmul(states, matrix(query, units).t(), of_samples);
        }
    }

    /// sⱼ of the true outputs of a sample.
    fn score(&mut self, w: &[T], place: Place, state: &[T], keys: &[T]) {
        let ([query, key, v], scale) = (self.parts(w), self.scale());
        let (steps, projected, samples) = (self.size.steps, self.projected(), self.lengths.len());
        let length = self.lengths[place.sample];
        let scores = &mut self.weights[place.range(samples, steps)][..length];
        let projections = match key.is_empty() {
            true => keys,
            false => &self.projections[place.of_sample(steps * projected)],
        };
        let projections = projections.chunks_exact(projected);
        if query.is_empty() {
            for (score, projection) in scores.iter_mut().zip(projections) {
                *score = dot(state, projection) * scale;
            }
            return;
        }
        let query = &self.query[place.of_sample(projected)];
        let hidden = &mut self.hidden[place.range(samples, steps * projected)];
        let hidden = &mut hidden[..length * projected];
        for (hidden, projection) in hidden.chunks_exact_mut(projected).zip(projections) {
            let sums = query.iter().zip(projection);
            hidden
                .iter_mut()
                .zip(sums)
                .for_each(|(u, (&q, &p))| *u = q + p);
        }
        let function = Function::Tanh;
        let tanh = Activate {
            function,
            x: &mut *hidden,
        };
        tanh.run(); // uⱼ = tanh(W q + pⱼ)
        for (score, hidden) in scores.iter_mut().zip(hidden.chunks_exact(projected)) {
            *score = dot(v, hidden);
        }
    }

    /// From the gradients of a step's contexts `[N, W]`: adds to those of the states that asked,
    /// `[N, H]`, and of the encoder's outputs, `[N, L·W]`, and to `dw`.
    pub fn backward(
        &mut self,
        w: &[T],
        Step { step, states, keys }: Step<T>,
        dcontexts: ArrayView2<T>,
        (mut dstates, mut dkeys): (ArrayViewMut2<T>, ArrayViewMut2<T>),
        dw: &mut [T],
    ) {
        self.query.fill(T::zero());
        for sample in 0..states.nrows() {
            let place = Place { step, sample };
            let dcontext = row(&dcontexts, sample);
            let mut dkeys = dkeys.row_mut(sample);
            let dkeys = dkeys.as_slice_mut().expect("buffers lie row by row");
            self.score_gradients(place, dcontext, row(&keys, sample), dkeys);
            let mut dstate = dstates.row_mut(sample);
            let dstate = dstate.as_slice_mut().expect("buffers lie row by row");
            let (state, keys) = (row(&states, sample), row(&keys, sample));
            match self.hidden.is_empty() {
                true => self.through_dot(w, place, (state, keys), (dstate, dkeys)),
                false => self.through_hidden(w, place, dw),
            }
        }
        let [query, ..] = self.parts(w);
        if !query.is_empty() {
            let units = query.len() / self.size.states;
            let sums = matrix(&self.query, states.nrows());
            matmul(sums, matrix(query, units), dstates); // dq = (Σ gⱼ) W
            matmul_transposed(sums, 0..units, states, &mut dw[..query.len()]);
        }
    }

    /// dsⱼ of a sample; dkⱼ += aⱼ dc.
    fn score_gradients(&mut self, place: Place, dcontext: &[T], keys: &[T], dkeys: &mut [T]) {
        let (length, outputs) = (self.lengths[place.sample], self.size.outputs);
        let weights = &self.weights[place.range(self.lengths.len(), self.size.steps)][..length];
        let d_scores = &mut self.d_scores[..length];
        let each = weights.iter().zip(&mut *d_scores);
        let keys = keys.chunks_exact(outputs);
        let keys = keys.zip(dkeys.chunks_exact_mut(outputs));
        for ((&weight, d), (key, dkey)) in each.zip(keys) {
            *d = dot(dcontext, key); // daⱼ
            add(weight, dcontext, dkey);
        }
        let mean = dot(weights, d_scores);
        for (d, &weight) in d_scores.iter_mut().zip(weights) {
            *d = weight * (*d - mean);
        }
    }

    /// dq += Σ dsⱼ pⱼ and dpⱼ += dsⱼ q.
    fn through_dot(
        &mut self,
        w: &[T],
        place: Place,
        (state, keys): (&[T], &[T]),
        (dstate, dkeys): (&mut [T], &mut [T]),
    ) {
        let ([_, key, _], scale) = (self.parts(w), self.scale());
        let projected = self.projected();
        let of_sample = place.of_sample(self.size.steps * projected);
        let (projections, d_projections) = match key.is_empty() {
            true => (keys, dkeys),
            false => (
                &self.projections[of_sample.clone()],
                &mut self.d_projections[of_sample],
            ),
        };
        let projections = projections.chunks_exact(projected);
        let projections = projections.zip(d_projections.chunks_exact_mut(projected));
        let d_scores = &self.d_scores[..self.lengths[place.sample]];
        for (&d, (projection, d_projection)) in d_scores.iter().zip(projections) {
            add(d * scale, projection, dstate);
            add(d * scale, state, d_projection);
        }
    }

    /// dv += dsⱼ uⱼ, dpⱼ += gⱼ, and Σ gⱼ in the place of the query.
    fn through_hidden(&mut self, w: &[T], place: Place, dw: &mut [T]) {
        let [_, _, v] = self.parts(w);
        let (steps, projected, samples) = (self.size.steps, self.projected(), self.lengths.len());
        let dv = dw.len() - v.len()..;
        let dv = &mut dw[dv];
        let sum = &mut self.query[place.of_sample(projected)];
        let hidden = &self.hidden[place.range(samples, steps * projected)];
        let hidden = hidden.chunks_exact(projected);
        let dp = &mut self.d_projections[place.of_sample(steps * projected)];
        let hidden = hidden.zip(dp.chunks_exact_mut(projected));
        let d_scores = &self.d_scores[..self.lengths[place.sample]];
        for (&d, (hidden, dp)) in d_scores.iter().zip(hidden) {
            for unit in 0..projected {
                let u = hidden[unit];
                dv[unit] += d * u;
                let g = d * v[unit] * (T::one() - u * u);
                dp[unit] += g;
                sum[unit] += g;
            }
        }
    }

    /// What all steps left in dpⱼ goes back to the outputs: dkⱼ += dpⱼ W, dW += Σ dpⱼᵀ kⱼ.
    pub fn give_back(
        &mut self,
        w: &[T],
        keys: ArrayView2<T>,
        dkeys: ArrayViewMut2<T>,
        dw: &mut [T],
    ) {
        let [query, key, _] = self.parts(w);
        if key.is_empty() {
            return;
        }
        let (rows, projected) = (keys.nrows() * self.size.steps, self.projected());
        let dp = matrix(&self.d_projections, rows);
        let mut dkeys = dkeys;
        let dkeys = dkeys.as_slice_mut().expect("buffers lie row by row");
        matmul(dp, matrix(key, projected), matrix_mut(dkeys, rows));
        let of_key = query.len()..query.len() + key.len();
        matmul_transposed(dp, 0..projected, matrix(slice(keys), rows), &mut dw[of_key]);
    }

    /// `$a_j$` of every step of the only sample of the last pass, `[T, L]`.
    pub fn weights(&self) -> ArrayView2<'_, T> {
        matrix(&self.weights, self.size.steps * self.lengths.len())
    }
}

/// A step of the decoder on the way back.
#[derive(Clone, Copy)]
pub(super) struct Step<'a, T> {
    pub step: usize,
    /// The states that asked, `[N, H]`.
    pub states: ArrayView2<'a, T>,
    /// The encoder's outputs, `[N, L·W]`.
    pub keys: ArrayView2<'a, T>,
}

impl<'a, T> Step<'a, T> {
    /// Of these.
    pub fn new(step: usize, states: ArrayView2<'a, T>, keys: ArrayView2<'a, T>) -> Self {
        Self { step, states, keys }
    }
}

/// A sample at a step.
#[derive(Clone, Copy)]
struct Place {
    step: usize,
    sample: usize,
}

impl Place {
    /// Its numbers among those of all steps and samples.
    fn range(self, samples: usize, numbers: usize) -> std::ops::Range<usize> {
        let at = self.step * samples + self.sample;
        at * numbers..(at + 1) * numbers
    }

    /// Its numbers among those of all samples.
    fn of_sample(self, numbers: usize) -> std::ops::Range<usize> {
        self.sample * numbers..(self.sample + 1) * numbers
    }
}

/// The first `length` scores become weights that sum to 1, the others 0.
fn softmax<T: Real>(scores: &mut [T], length: usize) {
    let (scores, padding) = scores.split_at_mut(length);
    padding.fill(T::zero());
    let largest = scores.iter().fold(T::neg_infinity(), |m, &s| m.max(s));
    let mut sum = T::zero();
    for score in &mut *scores {
        *score = (*score - largest).exp();
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
}

#[cfg(test)]
mod tests;
