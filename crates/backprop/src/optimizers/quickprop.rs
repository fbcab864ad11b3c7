//! Quickprop: a jump to the minimum of the parabola through the last two gradients.
//!
//! Along each parameter the error is taken for a parabola. Its slope was `$g'$` before the last
//! step `$d'$` and is `$g$` now; it is 0 after a further step of
//!
//! ```math
//! a\, d', \qquad a = \frac{g}{g' - g}
//! ```
//!
//! Where the slope has the same sign as before but is not flatter, the parabola has its minimum
//! behind, or none; and where it is only a little flatter the jump is too long. So with the growth
//! `$\mu$`, the learning rate `$\eta$`, and `$d' = g' = 0$` at first:
//!
//! 1. The slope *goes on* if `$g$` and `$g'$` are both above 0 or both below.
//! 2. `$a = 0$` if `$g = 0$`, else `$a = g / (g' - g)$`. If the slope goes on and not
//!    `$0 \le a \le \mu$`, then `$a = \mu$`: also where `$g = g'$` makes `$a$` infinite.
//! 3. If `$d' = 0$`, `$d = -\eta\, g$`. Else, if the slope goes on, `$d = a\, d' - \eta\, g$`. Else
//!    `$d = a\, d'$`.
//! 4. `$w \leftarrow w + d$`, `$d' \leftarrow d$`, `$g' \leftarrow g$`.
//!
//! After a change of sign `$-1 < a < 0$`: the step goes back between the last two places.
//!
//! Source: Fahlman 1988, without its decay of weights and without its offset of the sigmoid's
//! derivative.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;
use kernels::elementwise::sign;

/// `$w \leftarrow w + \frac{g}{g' - g} d'$`, and a gradient term where the slope goes on.
#[derive(Clone, Debug)]
pub struct Quickprop<T> {
    growth: T,
}

impl<T: Real> Quickprop<T> {
    /// With growth `$\mu$`.
    pub fn new(growth: f64) -> Self {
        let growth = T::of(growth);
        Self { growth }
    }
}

impl<T: Real> Optimizer<T> for Quickprop<T> {
    fn state_len(&self) -> usize {
        2
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let (zero, eta, mu) = (T::zero(), T::of(at.learning_rate), self.growth);
        let [steps, slopes] = of.state; // d' and g'
        each([of.g], [of.w, steps, slopes], move |[g], [w, d, before]| {
            let goes_on = sign(g) * sign(*before) > zero;
            let parabola = if g == zero { zero } else { g / (*before - g) };
            let a = match goes_on && !(parabola >= zero && parabola <= mu) {
                true => mu,
                false => parabola,
            };
            *d = if *d == zero {
                -eta * g
            } else if goes_on {
                a * *d - eta * g
            } else {
                a * *d
            };
            *w += *d;
            *before = g;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Follower, assert_close, follow, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // −.1 · 2 = −.2; a = 1.6 / .4 = 4, so 1.75: −.35 − .16 = −.51; a = .58 / 1.02, which leads
        // from .29 to the minimum, and −.058 further.
        let w = three_steps(&Quickprop::new(1.75));
        assert_close(w, [0.8, 0.29, -0.058]);
    }

    #[test]
    fn after_a_change_of_sign_the_jump_hits_the_minimum_of_a_parabola() {
        // E = w² from 1 with η = .8: to −.6, where g = −1.2, a = −1.2 / 3.2 = −.375, d = .6.
        let w = follow(&Quickprop::new(1.75), 0.8, &[2.0, -1.2]);
        assert_close(w, [-1.6, -1.0]);
    }

    #[test]
    fn a_slope_that_is_not_flatter_makes_the_step_grow() {
        // Equal: 1.5 · −.1 − .1 = −.25. Steeper: 1.5 · −.25 − .2 = −.575.
        let w = follow(&Quickprop::new(1.5), 0.1, &[1.0, 1.0, 2.0]);
        assert_close(w, [-0.1, -0.35, -0.925]);
    }

    #[test]
    fn a_slope_of_zero_ends_the_steps_and_the_gradient_begins_anew() {
        // No slope, no step; twice in a row (0 / 0) too; then −.1 · 3.
        let w = follow(&Quickprop::new(1.75), 0.1, &[1.0, 0.0, 0.0, 3.0]);
        assert_close(w, [-0.1, -0.1, -0.1, -0.4]);
    }

    /// The rule as Fahlman words it, with the shrink factor μ / (1 + μ) and the direction of the
    /// last step in the place of the last slope.
    #[test]
    fn it_goes_as_the_rule_of_the_paper() {
        let (eta, mu) = (0.05, 1.75);
        let shrink = mu / (1.0 + mu);
        // A bumpy error: E = w⁴ / 4 − w² + .3 sin 5w.
        let slope = |w: f64| w * w * w - 2.0 * w + 1.5 * (5.0 * w).cos();
        let (mut w, mut last_step, mut last_slope) = (2.0, 0.0f64, 0.0f64);
        let rule = Quickprop::new(mu);
        let mut rule = Follower::new(&rule, 2.0);
        for updates in 1..30 {
            let s = slope(w);
            let downhill = s * last_step < 0.0;
            let mut step = 0.0;
            if last_step == 0.0 || downhill {
                step -= eta * s;
            }
            let too_steep = downhill && s.abs() >= shrink * last_slope.abs();
            if too_steep {
                step += mu * last_step;
            } else if last_step != 0.0 {
                step += s / (last_slope - s) * last_step;
            }
            w += step;
            (last_step, last_slope) = (step, s);

            rule.step(eta, slope(rule.w));
            let by_rule = rule.w;
            assert!((w - by_rule).abs() < 1e-9, "step {updates}: {w}, {by_rule}");
        }
    }
}
