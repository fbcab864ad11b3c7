//! Multi-head self-attention: every position looks at the others, with several questions at once.
//!
//! ```math
//! [Q, K, V] = x W^\top + b, \qquad C_h = \mathrm{softmax}\Big(\frac{Q_h K_h^\top}{\sqrt d}\Big) V_h,
//!   \qquad y = [C_1, \dots, C_H]\, W_o^\top + b_o
//! ```
//!
//! Head h has d = D / H columns of each of Q, K and V. What one of them computes, forward and back,
//! is `layers/attention.rs`; the projections before and behind are linear layers at each position.
//! So the backward pass is that of `$W_o$`, of every head, and of `$W$`, in this order.
//!
//! True lengths are honoured: a position of padding is no key, so its weight is exactly 0, and as a
//! query it finds nothing: its context is 0, and `$y = b_o$` there.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, T·D]` |
//! | `in_proj_weight` W, `in_proj_bias` b | `[3D, D]`, `[3D]` |
//! | `out_proj.weight` Wₒ, `out_proj.bias` bₒ | `[D, D]`, `[D]` |
//! | weights of the positions, kept | `[N, H·T·T]` |
//!
//! Source: Vaswani et al. 2017, section 3.2; the parameters are those of PyTorch.

mod room;

use contract::{Real, RowBuffer};
use ndarray::{Array3, ArrayView2, ArrayViewMut2};
use spec::model::{MultiHeadAttentionSpec, PlannedLayer};

use super::attention::Attention;
use super::{Layer, Linear, Mode, Pass};
use room::{Room, Shape};

/// `$y = [C_1, \dots, C_H]\, W_o^\top + b_o$`.
pub struct MultiHeadAttention<T> {
    shape: Shape,
    attention: Attention,
    in_proj: Linear<T>,
    out_proj: Linear<T>,
    /// Number of parameters of `in_proj`, the first ones.
    of_in_proj: usize,
    /// `$\ell$` of each sample of the next pass; empty: nothing is padded.
    lengths: Vec<usize>,
    /// Q, K and V of each position, `[N, T·3D]`, then their gradients.
    projected: RowBuffer<T>,
    d_projected: RowBuffer<T>,
    /// C of all heads, `[N, T·D]`, then its gradient.
    context: RowBuffer<T>,
    d_context: RowBuffer<T>,
    /// P of all heads, `[N, H·T·T]`.
    weights: RowBuffer<T>,
    room: Room<T>,
}

impl<T: Real> MultiHeadAttention<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, spec: &MultiHeadAttentionSpec) -> Self {
        let [steps, width] = planned.positions();
        let d = width / spec.heads;
        let linear = |units| Linear::new(width, units, spec.bias).at_positions(steps);
        let of_out_proj = width * (width + usize::from(spec.bias));
        let buffer = |numbers| RowBuffer::zeros(0, numbers);
        Self {
            shape: Shape {
                steps,
                width,
                heads: spec.heads,
            },
            attention: Attention {
                scale: 1.0 / (d as f64).sqrt(),
                causal: spec.causal,
            },
            in_proj: linear(3 * width),
            out_proj: linear(width),
            of_in_proj: 3 * of_out_proj,
            lengths: Vec::new(),
            projected: buffer(3 * steps * width),
            d_projected: buffer(3 * steps * width),
            context: buffer(steps * width),
            d_context: buffer(steps * width),
            weights: buffer(spec.heads * steps * steps),
            room: Room::new(steps, d),
        }
    }

    /// From Q, K and V the contexts of all heads.
    fn attend(&mut self, samples: usize) {
        let Shape { steps, width, .. } = self.shape;
        let projected = flat(self.projected.first(samples));
        let contexts = flat_mut(self.context.first_mut(samples));
        let weights = flat_mut(self.weights.first_mut(samples));
        let of_samples = projected.chunks_exact(3 * steps * width);
        let of_samples = of_samples.zip(contexts.chunks_exact_mut(steps * width));
        let weights = weights.chunks_exact_mut(self.shape.weights());
        for (sample, ((projected, context), weights)) in of_samples.zip(weights).enumerate() {
            let length = length(&self.lengths, steps, sample);
            context[length * width..].fill(T::zero());
            for (head, weights) in weights.chunks_exact_mut(steps * steps).enumerate() {
                let mut room = self.room.of_head(self.shape, head, length);
                room.take(projected);
                room.forward(self.attention, weights, context);
            }
        }
    }

    /// From the gradient of the contexts those of Q, K and V.
    fn attend_backward(&mut self, samples: usize) {
        let Shape { steps, width, .. } = self.shape;
        let projected = flat(self.projected.first(samples)).chunks_exact(3 * steps * width);
        let d_projected = flat_mut(self.d_projected.first_mut(samples));
        let d_contexts = flat(self.d_context.first(samples)).chunks_exact(steps * width);
        let weights = flat(self.weights.first(samples)).chunks_exact(self.shape.weights());
        let gradients = d_projected
            .chunks_exact_mut(3 * steps * width)
            .zip(d_contexts);
        let of_samples = projected.zip(weights).zip(gradients).enumerate();
        for (sample, ((projected, weights), (d_projected, d_context))) in of_samples {
            let length = length(&self.lengths, steps, sample);
            d_projected[3 * length * width..].fill(T::zero());
            for (head, weights) in weights.chunks_exact(steps * steps).enumerate() {
                let mut room = self.room.of_head(self.shape, head, length);
                room.take(projected);
                room.backward(self.attention, weights, d_context, d_projected);
            }
        }
    }
}

impl<T: Real> Layer<T> for MultiHeadAttention<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, mode: Mode) {
        let samples = x.nrows();
        let (w_in, w_out) = w.split_at(self.of_in_proj);
        for buffer in [
            &mut self.projected,
            &mut self.d_projected,
            &mut self.context,
            &mut self.d_context,
            &mut self.weights,
        ] {
            buffer.make_room(samples);
        }
        let projected = self.projected.first_mut(samples);
        self.in_proj.forward(w_in, x, projected, mode); // [Q, K, V] = x Wᵀ + b
        self.attend(samples);
        let context = self.context.first(samples);
        self.out_proj.forward(w_out, context, y, mode); // y = C Wₒᵀ + bₒ
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let samples = pass.x.nrows();
        let (w_in, w_out) = w.split_at(self.of_in_proj);
        let (dw_in, dw_out) = dw.split_at_mut(self.of_in_proj);
        let behind = Pass {
            x: self.context.first(samples),
            ..pass
        };
        let d_context = self.d_context.first_mut(samples);
        self.out_proj
            .backward(w_out, behind, Some(d_context), dw_out);
        self.attend_backward(samples);
        let before = Pass {
            x: pass.x,
            y: self.projected.first(samples),
            dy: self.d_projected.first(samples),
        };
        self.in_proj.backward(w_in, before, dx, dw_in);
    }

    fn attention(&self, sample: usize) -> Vec<Array3<T>> {
        let Shape { steps, heads, .. } = self.shape;
        let length = length(&self.lengths, steps, sample);
        let of_sample = self.weights.first(sample + 1);
        let of_sample = of_sample.row(sample);
        let of_heads = of_sample.to_slice().expect("buffers lie row by row");
        let mut all = Array3::zeros((heads, steps, steps));
        for (head, weights) in of_heads.chunks_exact(steps * steps).enumerate() {
            for query in 0..length {
                let own = self.attention.of_query(weights, [length; 2], query);
                for (key, &weight) in own.iter().enumerate() {
                    all[[head, query, key]] = weight;
                }
            }
        }
        vec![all]
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths.unwrap_or_default());
    }
}

/// True length of a sample.
fn length(lengths: &[usize], steps: usize, sample: usize) -> usize {
    let length = lengths.get(sample).copied().unwrap_or(steps);
    length.clamp(1, steps)
}

fn flat<T>(rows: ArrayView2<'_, T>) -> &[T] {
    rows.to_slice().expect("buffers lie row by row")
}

fn flat_mut<T>(rows: ArrayViewMut2<'_, T>) -> &mut [T] {
    rows.into_slice().expect("buffers lie row by row")
}

#[cfg(test)]
mod tests;
