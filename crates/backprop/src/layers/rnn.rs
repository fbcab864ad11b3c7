//! The recurrent network of Elman: units that see their own outputs of the step before.
//!
//! ```math
//! a_t = x_t W^\top + b + h_{t-1} U^\top + b', \qquad h_t = f(a_t), \qquad h_0 = 0
//! ```
//!
//! `$h_t$` enters the output of step t and the net inputs of step t + 1, so its gradient comes from
//! both. Backward in time, with `$dy_t$` from above:
//!
//! ```math
//! dh_t = dy_t + da_{t+1} U, \qquad da_t = f'(a_t) \odot dh_t
//! ```
//!
//! ```math
//! dW = \sum_t da_t^\top x_t, \qquad dU = \sum_t da_t^\top h_{t-1}, \qquad
//!   db = db' = \sum_t \mathbf{1}^\top da_t, \qquad dx_t = da_t W
//! ```
//!
//! That is backpropagation through time. Elman left the term `$da_{t+1} U$` out: for him
//! `$h_{t-1}$` was an input like any other (`gradient = "one_step"`). Truncated to spans of k
//! steps, it is left out where a span ends.
//!
//! | f | f(a) | f' by h |
//! |---|---|---|
//! | tanh | tanh a | 1 − h² |
//! | sigmoid | 1 / (1 + e⁻ᵃ) | h (1 − h) |
//! | relu | max(0, a) | 1 where h > 0, else 0 |
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y` = h, `dy` | `[N, T·H]` |
//! | `weight_ih_l0` W, `weight_hh_l0` U | `[H, D]`, `[H, H]` |
//! | `bias_ih_l0` b, `bias_hh_l0` b' | `[H]` |
//!
//! Outputs behind the true end of a sequence are of no account: loss, measures and `last` pass them
//! over, and as their gradient is 0, nothing comes back from there.
//!
//! Sources: Elman 1990; Werbos 1990.

use contract::Real;
use kernels::cells::{Activate, Function};
use kernels::matmul::vectorized::Vectorized;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::RnnActivation;

use super::recurrent::{Cells, Handed, Size, Transposed, weight_gradients};
use super::sequence::Steps;
use super::{Layer, Mode, Pass};

/// `$h_t = f(x_t W^\top + b + h_{t-1} U^\top + b')$`.
#[derive(Clone, Debug)]
pub struct Rnn<T> {
    size: Size,
    activation: RnnActivation,
    goes_on: bool,
    handed: Handed<T>,
    transposed: Transposed<T>,
    /// `[T, N, D]`.
    x: Steps<T>,
    /// `$dx_t$`, `[T, N, D]`.
    dx: Steps<T>,
    /// `$h_0$` to `$h_T$`, `[T + 1, N, H]`.
    h: Steps<T>,
    /// `$a_t$`, then `$da_t$`, `[T, N, H]`.
    a: Steps<T>,
    /// `$dh_t$`, `[T, N, H]`.
    dh: Steps<T>,
}

impl<T: Real> Rnn<T> {
    /// Cells of that size.
    pub(super) fn new(size: Size, activation: RnnActivation) -> Self {
        Self {
            size,
            activation,
            goes_on: false,
            handed: Handed::new(),
            transposed: Transposed::new(),
            x: Steps::new(size.inputs),
            dx: Steps::new(size.inputs),
            h: Steps::new(size.units),
            a: Steps::new(size.units),
            dh: Steps::new(size.units),
        }
    }
}

impl<T: Real> Layer<T> for Rnn<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let weights = self.size.weights(w);
        let Self {
            x: of_steps,
            h,
            a,
            transposed,
            ..
        } = self;
        transposed.take(&weights);
        of_steps.take(x);
        let (steps, samples) = (of_steps.len(), x.nrows());
        h.begin(steps, samples, self.goes_on); // h₀
        Handed::begin(&self.handed.h, h.at_mut(0));
        a.make_room(steps, samples);
        weights.biases(a);
        transposed.add_inputs(of_steps, a); // aₜ = xₜ Wᵀ + b + b'
        for t in 0..steps {
            transposed.add_state(h.step(t), a.step_mut(t)); // aₜ += hₜ₋₁ Uᵀ
            h.at_mut(t + 1).copy_from_slice(a.at(t));
            activate(self.activation, h.at_mut(t + 1)); // hₜ = f(aₜ)
        }
        h.give(1, y);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let weights = self.size.weights(w);
        let Self {
            x, h, dh, a: da, ..
        } = self;
        dh.take(pass.dy);
        for t in (0..dh.len()).rev() {
            derive(self.activation, h.at(t + 1), dh.at(t), da.at_mut(t)); // daₜ = f'(aₜ) dhₜ
            if !t.is_multiple_of(self.size.span) {
                weights.add_state_gradient(da.step(t), dh.step_mut(t - 1)); // dhₜ₋₁ += daₜ U
            }
        }
        self.handed.take_gradient(None, da.step(0), &weights); // dh₀ = da₁ U
        weight_gradients(self.size, [da, da], [x, h], dw);
        if let Some(dx) = dx {
            weights.input_gradient(da, &mut self.dx, dx);
        }
    }

    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        vec![("state h", self.h.steps(1, self.h.len()))]
    }
}

impl<T: Real> Cells<T> for Rnn<T> {
    fn go_on(&mut self, goes_on: bool) {
        self.goes_on = goes_on;
    }

    fn handed(&mut self) -> &mut Handed<T> {
        &mut self.handed
    }
}

/// h = f(a), in its place.
fn activate<T: Real>(f: RnnActivation, h: &mut [T]) {
    let zero = T::zero();
    let function = match f {
        RnnActivation::Tanh => Function::Tanh,
        RnnActivation::Sigmoid => Function::Sigmoid,
        // Written so that a NaN stays one.
        RnnActivation::Relu => {
            return h.iter_mut().filter(|h| **h < zero).for_each(|h| *h = zero);
        }
    };
    Activate { function, x: h }.run();
}

/// da = f'(a) dh.
fn derive<T: Real>(f: RnnActivation, h: &[T], dh: &[T], da: &mut [T]) {
    let (one, zero) = (T::one(), T::zero());
    let slope = |h: T| match f {
        RnnActivation::Tanh => one - h * h,
        RnnActivation::Sigmoid => h * (one - h),
        RnnActivation::Relu if h > zero => one,
        RnnActivation::Relu => zero,
    };
    for ((da, &dh), &h) in da.iter_mut().zip(dh).zip(h) {
        *da = slope(h) * dh;
    }
}

#[cfg(test)]
mod tests;
