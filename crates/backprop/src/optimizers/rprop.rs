//! Resilient backpropagation: only the sign of the gradient counts, each parameter has a step
//! `$\Delta$` of its own.
//!
//! While the sign stays the step grows, when it changes a minimum was passed and the step shrinks.
//! With the sign `$s'$` that is remembered of the update before (0 at first)
//!
//! ```math
//! \Delta \leftarrow \begin{cases}
//!     \eta^+ \Delta & \operatorname{sign}(g)\, s' > 0 \\
//!     \eta^- \Delta & \operatorname{sign}(g)\, s' < 0 \\
//!     \Delta & \text{else}
//!   \end{cases}, \qquad
//!   \Delta \leftarrow \min(\max(\Delta, \Delta_{min}), \Delta_{max})
//! ```
//!
//! ```math
//! s = \begin{cases} 0 & \operatorname{sign}(g)\, s' < 0 \\ \operatorname{sign}(g) & \text{else} \end{cases},
//!   \qquad w \leftarrow w - \Delta\, s, \qquad s' \leftarrow s
//! ```
//!
//! So after a change of sign the parameter rests for one update, and the next one neither grows nor
//! shrinks its step. This is the variant that PyTorch has. The paper goes back instead: there the
//! last step is undone. `$\Delta$` begins at the learning rate of the first update; later learning
//! rates do not matter.
//!
//! Source: Riedmiller & Braun 1993; the variant is iRprop⁻ of Igel & Hüsken 2000.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;
use kernels::elementwise::sign;

/// `$w \leftarrow w - \Delta \operatorname{sign}(g)$`.
#[derive(Clone, Debug)]
pub struct Rprop<T> {
    /// `$\eta^-$` and `$\eta^+$`.
    factors: [T; 2],
    /// `$\Delta_{min}$` and `$\Delta_{max}$`.
    bounds: [T; 2],
}

impl<T: Real> Rprop<T> {
    /// With the factors `$\eta^-, \eta^+$` and the bounds `$\Delta_{min}, \Delta_{max}$`.
    pub fn new(factors: [f64; 2], bounds: [f64; 2]) -> Self {
        Self {
            factors: factors.map(T::of),
            bounds: bounds.map(T::of),
        }
    }
}

impl<T: Real> Optimizer<T> for Rprop<T> {
    fn state_len(&self) -> usize {
        2
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let (zero, begin) = (T::zero(), T::of(at.learning_rate));
        let ([decrease, increase], [smallest, largest]) = (self.factors, self.bounds);
        // Δ, 0 before the first update, and s'.
        let [steps, signs] = of.state;
        each(
            [of.g],
            [of.w, steps, signs],
            move |[g], [w, step, before]| {
                let now = sign(g);
                let product = now * *before;
                let factor = if product > zero {
                    increase
                } else if product < zero {
                    decrease
                } else {
                    T::one()
                };
                let last = if *step == zero { begin } else { *step };
                *step = (last * factor).max(smallest).min(largest);
                *before = if product < zero { zero } else { now };
                *w -= *step * *before;
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Follower, assert_close, follow, three_steps};
    use super::*;

    fn rule(bounds: [f64; 2]) -> Rprop<f64> {
        Rprop::new([0.5, 1.2], bounds)
    }

    #[test]
    fn steps_worked_by_hand() {
        // Δ = .1, .12, .144
        assert_close(three_steps(&rule([1e-6, 50.0])), [0.9, 0.78, 0.636]);
    }

    #[test]
    fn after_a_change_of_sign_a_parameter_rests_and_its_step_is_smaller() {
        // Δ = .1, .12, .06 (rest), .06 (as it is), .072, .036 (rest)
        let w = follow(
            &rule([1e-6, 50.0]),
            0.1,
            &[5.0, 0.01, -3.0, -7.0, -1.0, 2.0],
        );
        assert_close(w, [-0.1, -0.22, -0.22, -0.16, -0.088, -0.088]);
    }

    #[test]
    fn a_gradient_of_zero_moves_nothing_and_is_no_change_of_sign() {
        let w = follow(&rule([1e-6, 50.0]), 0.1, &[1.0, 0.0, -1.0, -1.0]);
        assert_close(w, [-0.1, -0.1, 0.0, 0.12]);
    }

    #[test]
    fn steps_stay_within_their_bounds() {
        let w = follow(&rule([0.08, 0.11]), 0.1, &[1.0, 1.0, 1.0]);
        assert_close(w, [-0.1, -0.21, -0.32]);
        // .1, .05 → .08 (rest), .08
        let w = follow(&rule([0.08, 0.11]), 0.1, &[1.0, -1.0, -1.0]);
        assert_close(w, [-0.1, -0.1, -0.02]);
        // The first one too.
        assert_close(follow(&rule([0.08, 0.11]), 9.0, &[1.0]), [-0.11]);
    }

    #[test]
    fn later_learning_rates_do_not_matter() {
        let rule = rule([1e-6, 50.0]);
        let mut rule = Follower::new(&rule, 0.0);
        assert_close([0.1, 7.0].map(|eta| rule.step(eta, 1.0)), [-0.1, -0.22]);
    }
}
