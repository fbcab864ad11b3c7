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
//! The reset comes after the product with U, as in PyTorch; Cho et al. 2014 reset `$h_{t-1}$`
//! before it. Backward in time, with `$dy_t$` from above:
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
use kernels::cells::{GruBackward, GruForward};
use kernels::elementwise::each;
use kernels::matmul::vectorized::Vectorized;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::recurrent::{Cells, Handed, Size, Transposed, fill_rows, gates, weight_gradients};
use super::sequence::Steps;
use super::{Layer, Mode, Pass};

/// `$h_t = (1 - z)\, n + z\, h_{t-1}$`.
#[derive(Clone, Debug)]
pub struct Gru<T> {
    size: Size,
    goes_on: bool,
    handed: Handed<T>,
    transposed: Transposed<T>,
    /// `[T, N, D]`.
    x: Steps<T>,
    /// `$dx_t$`, `[T, N, D]`.
    dx: Steps<T>,
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
    /// Cells of that size.
    pub(super) fn new(size: Size) -> Self {
        let of_rows = || Steps::new(size.rows);
        Self {
            size,
            goes_on: false,
            handed: Handed::new(),
            transposed: Transposed::new(),
            x: Steps::new(size.inputs),
            dx: Steps::new(size.inputs),
            h: Steps::new(size.units),
            a: of_rows(),
            v: of_rows(),
            dh: Steps::new(size.units),
            da: of_rows(),
            dv: of_rows(),
        }
    }
}

impl<T: Real> Layer<T> for Gru<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let weights = self.size.weights(w);
        let Self {
            x: of_steps,
            h,
            a,
            v,
            transposed,
            ..
        } = self;
        transposed.take(&weights);
        of_steps.take(x);
        let (steps, samples) = (of_steps.len(), x.nrows());
        h.begin(steps, samples, self.goes_on); // h₀
        Handed::begin(&self.handed.h, h.at_mut(0));
        a.make_room(steps, samples);
        v.make_room(steps, samples);
        fill_rows(weights.bias_ih, a.all_mut());
        fill_rows(weights.bias_hh, v.all_mut());
        transposed.add_inputs(of_steps, a); // aₜ = xₜ Wᵀ + b
        for t in 0..steps {
            transposed.add_state(h.step(t), v.step_mut(t)); // vₜ = hₜ₋₁ Uᵀ + b'
            let (h_before, h) = h.pair_mut(t);
            let forward = GruForward {
                units: self.size.units,
                gates: a.at_mut(t),
                v: v.at(t),
                h_before,
                h,
            };
            forward.run(); // r, z, n; hₜ = (1 − z) n + z hₜ₋₁
        }
        h.give(1, y);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let weights = self.size.weights(w);
        let Self { x, h, a, v, .. } = self;
        let Self { dh, da, dv, .. } = self;
        dh.take(pass.dy);
        let (steps, samples) = (dh.len(), pass.dy.nrows());
        da.make_room(steps, samples);
        dv.make_room(steps, samples);
        for t in (0..steps).rev() {
            let backward = GruBackward {
                units: self.size.units,
                gates: a.at(t),
                v: v.at(t),
                h_before: h.at(t),
                dh: dh.at_mut(t),
                da: da.at_mut(t),
                dv: dv.at_mut(t),
            };
            backward.run(); // daₜ and dvₜ of dhₜ, which becomes z dhₜ
            if !t.is_multiple_of(self.size.span) {
                let (before, kept) = dh.pair_mut(t - 1);
                each([&*kept], [before], |[kept], [before]| *before += kept);
                weights.add_state_gradient(dv.step(t), dh.step_mut(t - 1)); // dhₜ₋₁ += dvₜ U
            }
        }
        (self.handed).take_gradient(Some(dh.at(0)), dv.step(0), &weights); // dh₀ = z dh₁ + dv₁ U
        weight_gradients(self.size, [da, dv], [x, h], dw);
        if let Some(dx) = dx {
            weights.input_gradient(da, &mut self.dx, dx);
        }
    }

    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        let names = ["reset gate r", "update gate z", "candidate n"];
        let mut states = gates(names, &self.a);
        states.push(("state h", self.h.steps(1, self.h.len())));
        states
    }
}

impl<T: Real> Cells<T> for Gru<T> {
    fn go_on(&mut self, goes_on: bool) {
        self.goes_on = goes_on;
    }

    fn handed(&mut self) -> &mut Handed<T> {
        &mut self.handed
    }
}

#[cfg(test)]
mod tests;
