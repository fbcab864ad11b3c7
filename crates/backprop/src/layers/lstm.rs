//! Long short-term memory with forget gates.
//!
//! A cell `$c$` is kept as far as the forget gate `$f$` is open, takes the candidate `$g$` as far as
//! the input gate `$i$` is open, and shows itself as far as the output gate `$o$` is open:
//!
//! ```math
//! z_t = x_t W^\top + b + h_{t-1} U^\top + b' = [\hat i_t, \hat f_t, \hat g_t, \hat o_t], \qquad
//!   i, f, o = \sigma(\hat i, \hat f, \hat o), \quad g = \tanh \hat g
//! ```
//!
//! ```math
//! c_t = f_t c_{t-1} + i_t g_t, \qquad h_t = o_t \tanh c_t, \qquad h_0 = c_0 = 0
//! ```
//!
//! Backward in time, with `$dy_t$` from above and `$dc$` from the step behind:
//!
//! ```math
//! dh_t = dy_t + dz_{t+1} U, \qquad
//!   dc_t = f_{t+1}\, dc_{t+1} + dh_t\, o_t (1 - \tanh^2 c_t)
//! ```
//!
//! ```math
//! d\hat o = dh \tanh(c)\, o (1 - o), \quad d\hat f = dc\, c_{t-1} f (1 - f), \quad
//!   d\hat i = dc\, g\, i (1 - i), \quad d\hat g = dc\, i\, (1 - g^2)
//! ```
//!
//! and `$dW = \sum_t dz_t^\top x_t$`, `$dU = \sum_t dz_t^\top h_{t-1}$`, `$db = db' = \sum_t
//! \mathbf{1}^\top dz_t$`, `$dx_t = dz_t W$`. Along `$c$` the gradient is only multiplied by f: where
//! the forget gate stays open, it does not fade.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y` = h, `dy` | `[N, T·H]` |
//! | `weight_ih_l0` W, `weight_hh_l0` U, rows of i, f, g, o | `[4H, D]`, `[4H, H]` |
//! | `bias_ih_l0` b, `bias_hh_l0` b' | `[4H]` |
//!
//! Sources: Hochreiter & Schmidhuber 1997 (without f, and with a gradient that is truncated in
//! another way); Gers, Schmidhuber, Cummins 2000; the order of the gates is PyTorch's.

use contract::Real;
use kernels::matmul::matmul;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{LstmSpec, PlannedLayer};

use super::recurrent::{Size, gates, sigmoid, weight_gradients};
use super::sequence::Steps;
use super::{Layer, Mode, Pass};

/// `$c_t = f_t c_{t-1} + i_t g_t$`, `$h_t = o_t \tanh c_t$`.
#[derive(Clone, Debug)]
pub struct Lstm<T> {
    size: Size,
    /// Steps that a gradient goes back.
    span: usize,
    /// `[T, N, D]`; then `$dx$`.
    x: Steps<T>,
    /// `$h_0$` to `$h_T$`, `[T + 1, N, H]`.
    h: Steps<T>,
    /// `$c_0$` to `$c_T$`, `[T + 1, N, H]`.
    c: Steps<T>,
    /// `$z_t$`, then its gates i, f, g, o, `[T, N, 4H]`.
    z: Steps<T>,
    /// `$dh_t$`, `[T, N, H]`.
    dh: Steps<T>,
    /// `$dz_t$`, `[T, N, 4H]`.
    dz: Steps<T>,
    /// `$dc$` on its way back, `[1, N, H]`.
    dc: Steps<T>,
}

impl<T: Real> Lstm<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, lstm: &LstmSpec) -> Self {
        let size = Size::new(planned, 4);
        let steps = size.steps;
        Self {
            size,
            span: lstm.gradient.span(),
            x: Steps::new(steps, size.inputs),
            h: Steps::new(steps + 1, size.units),
            c: Steps::new(steps + 1, size.units),
            z: Steps::new(steps, size.rows),
            dh: Steps::new(steps, size.units),
            dz: Steps::new(steps, size.rows),
            dc: Steps::new(1, size.units),
        }
    }
}

impl<T: Real> Layer<T> for Lstm<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let weights = self.size.weights(w);
        let Self { h, c, z, .. } = self;
        self.x.take(x);
        for of in [&mut *h, &mut *c, &mut *z] {
            of.make_room(x.nrows());
        }
        h.at_mut(0).fill(T::zero()); // h₀ = 0
        c.at_mut(0).fill(T::zero()); // c₀ = 0
        weights.of_inputs(&self.x, z);
        for t in 0..self.size.steps {
            matmul(h.step(t), weights.hh.t(), z.step_mut(t)); // zₜ += hₜ₋₁ Uᵀ
            let (c_before, c) = c.pair_mut(t);
            let rows = z.rows_mut(t).zip(h.rows_mut(t + 1));
            for ((z, h), (c_before, c)) in rows.zip(c_before.zip(c)) {
                step(z, c_before, c, h);
            }
        }
        h.give(1, y);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let weights = self.size.weights(w);
        let Self { x, h, c, z, .. } = self;
        let Self { dh, dz, dc, .. } = self;
        dh.take(pass.dy);
        for of in [&mut *dz, &mut *dc] {
            of.make_room(pass.dy.nrows());
        }
        dc.at_mut(0).fill(T::zero());
        for t in (0..self.size.steps).rev() {
            let cells = c.rows(t).zip(c.rows(t + 1));
            let above = dh.rows(t).zip(dc.rows_mut(0));
            let gates = z.rows(t).zip(dz.rows_mut(t));
            for (((gates, dz), (c_before, c)), (dh, dc)) in gates.zip(cells).zip(above) {
                step_back(gates, [c_before, c], dh, dc, dz);
            }
            match t.is_multiple_of(self.span) {
                true => dc.at_mut(0).fill(T::zero()),
                false => matmul(dz.step(t), weights.hh, dh.step_mut(t - 1)), // dhₜ₋₁ += dzₜ U
            }
        }
        x.take(pass.x);
        weight_gradients(self.size, [dz, dz], [x, h], dw);
        if let Some(dx) = dx {
            weights.input_gradient(dz, x, dx);
        }
    }

    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        let names = [
            "input gate i",
            "forget gate f",
            "candidate g",
            "output gate o",
        ];
        let mut states = gates(names, &self.z);
        states.push(("cell c", self.c.steps(1, self.size.steps + 1)));
        states.push(("state h", self.h.steps(1, self.size.steps + 1)));
        states
    }
}

/// A step of one sample: `z` `[4H]` becomes i, f, g, o.
fn step<T: Real>(z: &mut [T], c_before: &[T], c: &mut [T], h: &mut [T]) {
    let units = h.len();
    for j in 0..units {
        let [i, f, g, o] = [0, 1, 2, 3].map(|gate| gate * units + j);
        z[i] = sigmoid(z[i]);
        z[f] = sigmoid(z[f]);
        z[g] = z[g].tanh();
        z[o] = sigmoid(z[o]);
        c[j] = z[f] * c_before[j] + z[i] * z[g];
        h[j] = z[o] * c[j].tanh();
    }
}

/// The way back: `dc` `[H]` is that of the step behind, then of the step before.
fn step_back<T: Real>(gates: &[T], [c_before, c]: [&[T]; 2], dh: &[T], dc: &mut [T], dz: &mut [T]) {
    let (units, one) = (dh.len(), T::one());
    for j in 0..units {
        let at = [0, 1, 2, 3].map(|gate| gate * units + j);
        let [i, f, g, o] = at.map(|at| gates[at]);
        let tanh_c = c[j].tanh();
        let of_c = dc[j] + dh[j] * o * (one - tanh_c * tanh_c);
        dz[at[0]] = of_c * g * i * (one - i);
        dz[at[1]] = of_c * c_before[j] * f * (one - f);
        dz[at[2]] = of_c * i * (one - g * g);
        dz[at[3]] = dh[j] * tanh_c * o * (one - o);
        dc[j] = of_c * f;
    }
}

#[cfg(test)]
mod tests;
