//! Long short-term memory with forget gates.
//!
//! A cell `$c$` is kept as far as the forget gate `$f$` is open, takes the candidate `$g$` as far
//! as the input gate `$i$` is open, and shows itself as far as the output gate `$o$` is open:
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
//! \mathbf{1}^\top dz_t$`, `$dx_t = dz_t W$`. Along `$c$` the gradient is only multiplied by f:
//! where the forget gate stays open, it does not fade.
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
use kernels::cells::{LstmBackward, LstmForward};
use kernels::matmul::vectorized::Vectorized;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::lstm_peephole;
use super::recurrent::{Cells, Handed, Size, Transposed, gates, weight_gradients};
use super::sequence::Steps;
use super::{Layer, Mode, Pass};

/// `$c_t = f_t c_{t-1} + i_t g_t$`, `$h_t = o_t \tanh c_t$`; with [peepholes](lstm_peephole), the
/// gates see c.
#[derive(Clone, Debug)]
pub struct Lstm<T> {
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
    /// `$c_0$` to `$c_T$`, `[T + 1, N, H]`.
    pub(super) c: Steps<T>,
    /// `$\tanh c_t$`, `[T, N, H]`.
    tanh_c: Steps<T>,
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
    /// Cells of that size; those with peepholes have their weights behind the others.
    pub(super) fn new(size: Size) -> Self {
        let of_units = || Steps::new(size.units);
        let of_rows = || Steps::new(size.rows);
        Self {
            size,
            goes_on: false,
            handed: Handed::new(),
            transposed: Transposed::new(),
            x: Steps::new(size.inputs),
            dx: Steps::new(size.inputs),
            h: of_units(),
            c: of_units(),
            tanh_c: of_units(),
            z: of_rows(),
            dh: of_units(),
            dz: of_rows(),
            dc: of_units(),
        }
    }
}

impl<T: Real> Layer<T> for Lstm<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let weights = self.size.weights(w);
        let Self {
            x: of_steps, h, c, ..
        } = self;
        let Self {
            tanh_c,
            z,
            transposed,
            ..
        } = self;
        transposed.take(&weights);
        of_steps.take(x);
        let (steps, samples) = (of_steps.len(), x.nrows());
        h.begin(steps, samples, self.goes_on); // h₀
        c.begin(steps, samples, self.goes_on); // c₀
        Handed::begin(&self.handed.h, h.at_mut(0));
        Handed::begin(&self.handed.c, c.at_mut(0));
        tanh_c.make_room(steps, samples);
        z.make_room(steps, samples);
        weights.biases(z);
        transposed.add_inputs(of_steps, z); // zₜ = xₜ Wᵀ + b + b'
        for t in 0..steps {
            transposed.add_state(h.step(t), z.step_mut(t)); // zₜ += hₜ₋₁ Uᵀ
            let (c_before, c) = c.pair_mut(t);
            let forward = LstmForward {
                units: self.size.units,
                peepholes: weights.rest,
                gates: z.at_mut(t),
                c_before,
                c,
                tanh_c: tanh_c.at_mut(t),
                h: h.at_mut(t + 1),
            };
            forward.run(); // i, f, g, o; cₜ = f cₜ₋₁ + i g; hₜ = o tanh cₜ
        }
        h.give(1, y);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let weights = self.size.weights(w);
        let Self {
            x, h, c, tanh_c, z, ..
        } = self;
        let Self { dh, dz, dc, .. } = self;
        dh.take(pass.dy);
        let (steps, samples) = (dh.len(), pass.dy.nrows());
        dz.make_room(steps, samples);
        dc.make_room(1, samples);
        dc.at_mut(0).fill(T::zero());
        Handed::begin(&self.handed.dc, dc.at_mut(0));
        for t in (0..steps).rev() {
            let backward = LstmBackward {
                units: self.size.units,
                peepholes: weights.rest,
                gates: z.at(t),
                c_before: c.at(t),
                tanh_c: tanh_c.at(t),
                dh: dh.at(t),
                dc: dc.at_mut(0),
                dz: dz.at_mut(t),
            };
            backward.run(); // dzₜ of dhₜ and dcₜ; dcₜ₋₁ = f dcₜ
            match t.is_multiple_of(self.size.span) {
                true if t == 0 && !self.handed.dc.is_empty() => {
                    self.handed.dc.copy_from_slice(dc.at(0)); // dc₀ = f dc₁
                }
                true => dc.at_mut(0).fill(T::zero()),
                false => weights.add_state_gradient(dz.step(t), dh.step_mut(t - 1)), // dhₜ₋₁ += dzₜ U
            }
        }
        self.handed.take_gradient(None, dz.step(0), &weights); // dh₀ = dz₁ U
        weight_gradients(self.size, [dz, dz], [x, h], dw);
        let dp = &mut dw[w.len() - weights.rest.len()..];
        lstm_peephole::add_gradients(self.size.units, [c, dz], dp);
        if let Some(dx) = dx {
            weights.input_gradient(dz, &mut self.dx, dx);
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
        states.push(("cell c", self.c.steps(1, self.h.len())));
        states.push(("state h", self.h.steps(1, self.h.len())));
        states
    }
}

impl<T: Real> Cells<T> for Lstm<T> {
    fn go_on(&mut self, goes_on: bool) {
        self.goes_on = goes_on;
    }

    fn handed(&mut self) -> &mut Handed<T> {
        &mut self.handed
    }

    fn last_cell(&self) -> Option<&[T]> {
        Some(self.c.at(self.c.len() - 1))
    }
}

#[cfg(test)]
mod tests;
