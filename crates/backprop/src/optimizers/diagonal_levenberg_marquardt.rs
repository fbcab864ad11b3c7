//! Stochastic diagonal Levenberg-Marquardt: the step of each parameter is divided by its curvature.
//!
//! ```math
//! w \leftarrow w - \frac{\eta}{\mu + h}\, g
//! ```
//!
//! `$h$` is the parameter's curvature `$\partial^2 L / \partial w^2$`, estimated on some samples
//! before each epoch by a second backward pass ([`crate::layers::Layer::curvature`]). Where it is
//! small `$\mu$` keeps the step from growing without bound; a negative one counts as 0, and so does
//! one that was not estimated yet.
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, appendix C.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::{Parameters, STATE};

/// `$w \leftarrow w - \eta / (\mu + h)\, g$`.
#[derive(Clone, Debug)]
pub struct DiagonalLevenbergMarquardt<T> {
    mu: T,
}

impl<T: Real> DiagonalLevenbergMarquardt<T> {
    /// With `$\mu$`.
    pub fn new(mu: f64) -> Self {
        let mu = T::of(mu);
        Self { mu }
    }
}

impl<T: Real> Optimizer<T> for DiagonalLevenbergMarquardt<T> {
    fn state_len(&self) -> usize {
        1
    }

    fn begin(&self, [factors, _]: [&mut [T]; STATE]) {
        factors.fill(T::one() / self.mu);
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let eta = T::of(at.learning_rate);
        // 1 / (μ + h): a division now and then, instead of one in each update.
        let [factors, _] = of.state;
        each([of.g, factors], [of.w], move |[g, factor], [w]| {
            *w -= eta * factor * g;
        });
    }

    fn needs_curvature(&self) -> bool {
        true
    }

    fn take_curvature(&self, h: &[T], [factors, _]: [&mut [T]; STATE]) {
        let (zero, one, mu) = (T::zero(), T::one(), self.mu);
        each([h], [factors], move |[h], [factor]| {
            // Written with `<` because `max` would turn a NaN into 0.
            let h = if h < zero { zero } else { h };
            *factor = one / (mu + h);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Follower, assert_close, three_steps};
    use super::*;

    /// Three steps on E = w² with this curvature.
    fn with_curvature(h: f64) -> [f64; 3] {
        let rule = DiagonalLevenbergMarquardt::new(0.25);
        let mut rule = Follower::new(&rule, 1.0);
        rule.take_curvature(h);
        rule.three_steps()
    }

    #[test]
    fn steps_worked_by_hand() {
        // .1 / (.25 + 2) · 2w = w · 4/45, with the true curvature of w².
        let keep: f64 = 41.0 / 45.0;
        let by_hand = [1, 2, 3].map(|t| keep.powi(t));
        assert_close(with_curvature(2.0), by_hand);
    }

    #[test]
    fn no_curvature_and_a_negative_one_are_zero() {
        // .1 / .25 · 2w = .8 w
        let by_hand = [0.2, 0.04, 0.008];
        let fresh = DiagonalLevenbergMarquardt::new(0.25);
        assert_close(three_steps(&fresh), by_hand);
        assert_close(with_curvature(-3.0), by_hand);
    }

    #[test]
    fn with_the_true_curvature_and_no_damping_a_step_of_one_is_newtons() {
        let rule = DiagonalLevenbergMarquardt::new(1e-300);
        let mut rule = Follower::new(&rule, 7.0);
        rule.take_curvature(2.0);
        rule.step(1.0, 14.0);
        assert_eq!(rule.w, 0.0);
    }

    #[test]
    fn a_curvature_that_is_no_number_shows() {
        assert!(with_curvature(f64::NAN)[0].is_nan());
    }
}
