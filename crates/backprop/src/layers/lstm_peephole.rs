//! Long short-term memory whose gates see the cells.
//!
//! The layer of [`lstm`](super::lstm), with a connection from each cell to its own three gates: to
//! the input and the forget gate from the cell before the step, to the output gate from the cell
//! behind it.
//!
//! ```math
//! z_t = x_t W^\top + b + h_{t-1} U^\top + b' = [\hat i_t, \hat f_t, \hat g_t, \hat o_t]
//! ```
//!
//! ```math
//! i_t = \sigma(\hat i_t + p_i c_{t-1}), \quad f_t = \sigma(\hat f_t + p_f c_{t-1}), \quad
//!   g_t = \tanh \hat g_t, \quad o_t = \sigma(\hat o_t + p_o c_t)
//! ```
//!
//! ```math
//! c_t = f_t c_{t-1} + i_t g_t, \qquad h_t = o_t \tanh c_t, \qquad h_0 = c_0 = 0
//! ```
//!
//! So a cell gets gradients through the gates too:
//!
//! ```math
//! dc_t = dh_t\, o_t (1 - \tanh^2 c_t) + d\hat o_t\, p_o
//!   + f_{t+1}\, dc_{t+1} + d\hat i_{t+1}\, p_i + d\hat f_{t+1}\, p_f
//! ```
//!
//! ```math
//! dp_i = \sum_t d\hat i_t\, c_{t-1}, \qquad dp_f = \sum_t d\hat f_t\, c_{t-1}, \qquad
//!   dp_o = \sum_t d\hat o_t\, c_t
//! ```
//!
//! with the derivatives of the net inputs as there.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y` = h, `dy` | `[N, T·H]` |
//! | `weight_ih_l0` W, `weight_hh_l0` U, rows of i, f, g, o | `[4H, D]`, `[4H, H]` |
//! | `bias_ih_l0` b, `bias_hh_l0` b' | `[4H]` |
//! | `weight_ch_l0`, p of i, f, o | `[3H]` |
//!
//! Source: Gers, Schraudolph, Schmidhuber 2002, with the full gradient.

use contract::Real;
use kernels::matmul::matmul;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{LstmPeepholeSpec, PlannedLayer};

use super::recurrent::{Size, gates, sigmoid, weight_gradients};
use super::sequence::Steps;
use super::{Layer, Mode, Pass};

/// `$c_t = f_t c_{t-1} + i_t g_t$`, `$h_t = o_t \tanh c_t$`, the gates seeing c.
#[derive(Clone, Debug)]
pub struct LstmPeephole<T> {
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

impl<T: Real> LstmPeephole<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, lstm: &LstmPeepholeSpec) -> Self {
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

impl<T: Real> Layer<T> for LstmPeephole<T> {
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
                step(weights.rest, z, c_before, c, h);
            }
        }
        h.give(1, y);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (weights, units) = (self.size.weights(w), self.size.units);
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
                step_back(weights.rest, gates, [c_before, c], dh, dc, dz);
            }
            match t.is_multiple_of(self.span) {
                true => dc.at_mut(0).fill(T::zero()),
                false => matmul(dz.step(t), weights.hh, dh.step_mut(t - 1)), // dhₜ₋₁ += dzₜ U
            }
        }
        x.take(pass.x);
        weight_gradients(self.size, [dz, dz], [x, h], dw);
        let dp = &mut dw[w.len() - 3 * units..];
        for t in 0..self.size.steps {
            for (dz, (c_before, c)) in dz.rows(t).zip(c.rows(t).zip(c.rows(t + 1))) {
                peephole_gradients(dz, [c_before, c], dp);
            }
        }
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

/// A step of one sample with the peepholes `p` `[3H]`: `z` `[4H]` becomes i, f, g, o.
fn step<T: Real>(p: &[T], z: &mut [T], c_before: &[T], c: &mut [T], h: &mut [T]) {
    let units = h.len();
    for j in 0..units {
        let [i, f, g, o] = [0, 1, 2, 3].map(|gate| gate * units + j);
        z[i] = sigmoid(z[i] + p[j] * c_before[j]);
        z[f] = sigmoid(z[f] + p[units + j] * c_before[j]);
        z[g] = z[g].tanh();
        c[j] = z[f] * c_before[j] + z[i] * z[g];
        z[o] = sigmoid(z[o] + p[2 * units + j] * c[j]);
        h[j] = z[o] * c[j].tanh();
    }
}

/// The way back: `dc` `[H]` is that of the step behind, then of the step before.
fn step_back<T: Real>(
    p: &[T],
    gates: &[T],
    [c_before, c]: [&[T]; 2],
    dh: &[T],
    dc: &mut [T],
    dz: &mut [T],
) {
    let (units, one) = (dh.len(), T::one());
    for j in 0..units {
        let at = [0, 1, 2, 3].map(|gate| gate * units + j);
        let [i, f, g, o] = at.map(|at| gates[at]);
        let tanh_c = c[j].tanh();
        let of_o = dh[j] * tanh_c * o * (one - o);
        let of_c = dc[j] + dh[j] * o * (one - tanh_c * tanh_c) + of_o * p[2 * units + j];
        let of_i = of_c * g * i * (one - i);
        let of_f = of_c * c_before[j] * f * (one - f);
        dz[at[0]] = of_i;
        dz[at[1]] = of_f;
        dz[at[2]] = of_c * i * (one - g * g);
        dz[at[3]] = of_o;
        dc[j] = of_c * f + of_i * p[j] + of_f * p[units + j];
    }
}

/// Adds what a step of one sample gives to the gradients of the peepholes.
fn peephole_gradients<T: Real>(dz: &[T], [c_before, c]: [&[T]; 2], dp: &mut [T]) {
    let units = c.len();
    for j in 0..units {
        dp[j] += dz[j] * c_before[j];
        dp[units + j] += dz[units + j] * c_before[j];
        dp[2 * units + j] += dz[3 * units + j] * c[j];
    }
}

#[cfg(test)]
mod tests;
