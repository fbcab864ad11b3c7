//! Gated recurrent units.
//!
//! A state `$h$` that is kept as far as the update gate `$z$` is open, and otherwise gives way to a
//! candidate `$n$`; of that the reset gate `$r$` decides how much it sees of the state before:
//!
//! ```math
//! a_t = x_t W^\top + b = [a^r, a^z, a^n], \qquad
//!   v_t = h_{t-1} U^\top + b' = [v^r, v^z, v^n]
//! ```
//!
//! ```math
//! r = \sigma(a^r + v^r), \quad z = \sigma(a^z + v^z), \quad n = \tanh(a^n + r\, v^n), \quad
//!   h_t = (1 - z)\, n + z\, h_{t-1}, \quad h_0 = 0
//! ```
//!
//! The reset comes after the product with U, as in PyTorch; Cho et al. 2014 reset `$h_{t-1}$` before
//! it. Backward in time, with `$dy_t$` from above:
//!
//! ```math
//! dh_t = dy_t + dv_{t+1} U + z_{t+1}\, dh_{t+1}
//! ```
//!
//! ```math
//! da^n = dh\, (1 - z)(1 - n^2), \qquad da^z = dh\, (h_{t-1} - n)\, z (1 - z), \qquad
//!   da^r = da^n v^n\, r (1 - r)
//! ```
//!
//! `$dv^r = da^r$` and `$dv^z = da^z$`, but `$dv^n = r\, da^n$`. With these `$dW = \sum_t da_t^\top
//! x_t$`, `$dU = \sum_t dv_t^\top h_{t-1}$`, `$db = \sum_t \mathbf{1}^\top da_t$`, `$db' = \sum_t
//! \mathbf{1}^\top dv_t$`, `$dx_t = da_t W$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y` = h, `dy` | `[N, T·H]` |
//! | `weight_ih_l0` W, `weight_hh_l0` U, rows of r, z, n | `[3H, D]`, `[3H, H]` |
//! | `bias_ih_l0` b, `bias_hh_l0` b' | `[3H]` |
//!
//! Source: Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk, Bengio 2014, eqs. 5 to 8.

use contract::Real;
use kernels::matmul::matmul;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{GruSpec, PlannedLayer};

use super::recurrent::{Size, fill_rows, gates, sigmoid, weight_gradients};
use super::sequence::Steps;
use super::{Layer, Mode, Pass};

/// `$h_t = (1 - z)\, n + z\, h_{t-1}$`.
#[derive(Clone, Debug)]
pub struct Gru<T> {
    size: Size,
    /// Steps that a gradient goes back.
    span: usize,
    /// `[T, N, D]`; then `$dx$`.
    x: Steps<T>,
    /// `$h_0$` to `$h_T$`, `[T + 1, N, H]`.
    h: Steps<T>,
    /// `$a_t$`, then the gates r, z, n, `[T, N, 3H]`.
    a: Steps<T>,
    /// `$v_t$`, `[T, N, 3H]`.
    v: Steps<T>,
    /// `$dh_t$`, `[T, N, H]`.
    dh: Steps<T>,
    /// `$da_t$`, `[T, N, 3H]`.
    da: Steps<T>,
    /// `$dv_t$`, `[T, N, 3H]`.
    dv: Steps<T>,
}

impl<T: Real> Gru<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, gru: &GruSpec) -> Self {
        let size = Size::new(planned, 3);
        let steps = size.steps;
        Self {
            size,
            span: gru.gradient.span(),
            x: Steps::new(steps, size.inputs),
            h: Steps::new(steps + 1, size.units),
            a: Steps::new(steps, size.rows),
            v: Steps::new(steps, size.rows),
            dh: Steps::new(steps, size.units),
            da: Steps::new(steps, size.rows),
            dv: Steps::new(steps, size.rows),
        }
    }
}

impl<T: Real> Layer<T> for Gru<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let weights = self.size.weights(w);
        let Self { h, a, v, .. } = self;
        self.x.take(x);
        for of in [&mut *h, &mut *a, &mut *v] {
            of.make_room(x.nrows());
        }
        h.at_mut(0).fill(T::zero()); // h₀ = 0
        fill_rows(weights.bias_ih, a.all_mut());
        fill_rows(weights.bias_hh, v.all_mut());
        matmul(self.x.all(), weights.ih.t(), a.all_mut()); // a += x Wᵀ
        for t in 0..self.size.steps {
            matmul(h.step(t), weights.hh.t(), v.step_mut(t)); // vₜ += hₜ₋₁ Uᵀ
            let (h_before, h) = h.pair_mut(t);
            let rows = a.rows_mut(t).zip(v.rows(t));
            for ((a, v), (h_before, h)) in rows.zip(h_before.zip(h)) {
                step(a, v, h_before, h);
            }
        }
        h.give(1, y);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let weights = self.size.weights(w);
        let Self { x, h, a, v, .. } = self;
        let Self { dh, da, dv, .. } = self;
        dh.take(pass.dy);
        for of in [&mut *da, &mut *dv] {
            of.make_room(pass.dy.nrows());
        }
        for t in (0..self.size.steps).rev() {
            let gates = a.rows(t).zip(v.rows(t));
            let states = h.rows(t).zip(dh.rows(t));
            let rows = da.rows_mut(t).zip(dv.rows_mut(t));
            for (((gates, v), (h_before, dh)), (da, dv)) in gates.zip(states).zip(rows) {
                step_back([gates, v], h_before, dh, da, dv);
            }
            if !t.is_multiple_of(self.span) {
                keep(a, dh, t); // dhₜ₋₁ += z dhₜ
                matmul(dv.step(t), weights.hh, dh.step_mut(t - 1)); // dhₜ₋₁ += dvₜ U
            }
        }
        x.take(pass.x);
        weight_gradients(self.size, [da, dv], [x, h], dw);
        if let Some(dx) = dx {
            weights.input_gradient(da, x, dx);
        }
    }

    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        let names = ["reset gate r", "update gate z", "candidate n"];
        let mut states = gates(names, &self.a);
        states.push(("state h", self.h.steps(1, self.size.steps + 1)));
        states
    }
}

/// A step of one sample: `a` `[3H]` becomes r, z, n.
fn step<T: Real>(a: &mut [T], v: &[T], h_before: &[T], h: &mut [T]) {
    let units = h.len();
    for j in 0..units {
        let [r, z, n] = [0, 1, 2].map(|gate| gate * units + j);
        a[r] = sigmoid(a[r] + v[r]);
        a[z] = sigmoid(a[z] + v[z]);
        a[n] = (a[n] + a[r] * v[n]).tanh();
        h[j] = (T::one() - a[z]) * a[n] + a[z] * h_before[j];
    }
}

/// The way back, but for what goes to the step before.
fn step_back<T: Real>([gates, v]: [&[T]; 2], h_before: &[T], dh: &[T], da: &mut [T], dv: &mut [T]) {
    let (units, one) = (dh.len(), T::one());
    for j in 0..units {
        let at = [0, 1, 2].map(|gate| gate * units + j);
        let [r, z, n] = at.map(|at| gates[at]);
        let of_n = dh[j] * (one - z) * (one - n * n);
        da[at[0]] = of_n * v[at[2]] * r * (one - r);
        da[at[1]] = dh[j] * (h_before[j] - n) * z * (one - z);
        da[at[2]] = of_n;
        dv[at[0]] = da[at[0]];
        dv[at[1]] = da[at[1]];
        dv[at[2]] = of_n * r;
    }
}

/// Adds to the gradient of the state before step t what comes back along the state itself, z dhₜ.
fn keep<T: Real>(gates: &Steps<T>, dh: &mut Steps<T>, t: usize) {
    let (before, at) = dh.pair_mut(t - 1);
    for ((before, at), gates) in before.zip(at).zip(gates.rows(t)) {
        let z = &gates[before.len()..2 * before.len()];
        for ((before, &mut at), &z) in before.iter_mut().zip(at).zip(z) {
            *before += z * at;
        }
    }
}

#[cfg(test)]
mod tests;
