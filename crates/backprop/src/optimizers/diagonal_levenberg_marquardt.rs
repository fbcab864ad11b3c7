//! Stochastic diagonal Levenberg-Marquardt: the step of each parameter is divided by its curvature.
//!
//! ```math
//! w \leftarrow w - \frac{\eta}{\mu + h}\, g
//! ```
//!
//! `$h$` is the parameter's curvature `$\partial^2 L / \partial w^2$`, estimated on some samples before
//! each epoch by a second backward pass ([`crate::layers::Layer::curvature`]). Where it is small
//! `$\mu$` keeps the step from growing without bound; a negative one counts as 0, and so does one that
//! was not estimated yet.
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, appendix C.

use spec::Real;

use super::{Optimizer, Part, each};

/// `$w \leftarrow w - \eta / (\mu + h)\, g$`.
#[derive(Clone, Debug)]
pub struct DiagonalLevenbergMarquardt<T> {
    mu: T,
    /// `$1 / (\mu + h)$` of each parameter: a division now and then, instead of one in each update.
    factors: Vec<T>,
}

impl<T: Real> DiagonalLevenbergMarquardt<T> {
    /// With `$\mu$`.
    pub fn new(mu: f64, parameters: usize) -> Self {
        let mu = T::of(mu);
        Self {
            mu,
            factors: vec![T::one() / mu; parameters],
        }
    }
}

impl<T: Real> Optimizer<T> for DiagonalLevenbergMarquardt<T> {
    fn update(&mut self, part: Part<'_, T>) {
        let eta = T::of(part.learning_rate);
        let factors = &self.factors[part.range()];
        each([part.g, factors], [part.w], |[g, factor], [w]| {
            *w -= eta * factor * g;
        });
    }

    fn needs_curvature(&self) -> bool {
        true
    }

    fn set_curvature(&mut self, h: &[T]) {
        let (zero, one, mu) = (T::zero(), T::one(), self.mu);
        each([h], [&mut self.factors], |[h], [factor]| {
            // Written with `<` because `max` would turn a NaN into 0.
            let h = if h < zero { zero } else { h };
            *factor = one / (mu + h);
        });
    }

    fn reset(&mut self) {
        self.factors.fill(T::one() / self.mu);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    fn with_curvature(h: f64) -> DiagonalLevenbergMarquardt<f64> {
        let mut rule = DiagonalLevenbergMarquardt::new(0.25, 1);
        rule.set_curvature(&[h]);
        rule
    }

    #[test]
    fn steps_worked_by_hand() {
        // .1 / (.25 + 2) · 2w = w · 4/45, with the true curvature of w².
        let keep: f64 = 41.0 / 45.0;
        let by_hand = [1, 2, 3].map(|t| keep.powi(t));
        assert_close(three_steps(&mut with_curvature(2.0)), by_hand);
    }

    #[test]
    fn no_curvature_and_a_negative_one_are_zero() {
        // .1 / .25 · 2w = .8 w
        let by_hand = [0.2, 0.04, 0.008];
        let mut fresh = DiagonalLevenbergMarquardt::new(0.25, 1);
        assert_close(three_steps(&mut fresh), by_hand);
        assert_close(three_steps(&mut with_curvature(-3.0)), by_hand);
        let mut forgetful = with_curvature(2.0);
        forgetful.reset();
        assert_close(three_steps(&mut forgetful), by_hand);
    }

    #[test]
    fn with_the_true_curvature_and_no_damping_a_step_of_one_is_newtons() {
        let mut rule = DiagonalLevenbergMarquardt::new(1e-300, 1);
        rule.set_curvature(&[2.0]);
        let mut w = [7.0];
        rule.update(Part {
            start: 0,
            w: &mut w,
            g: &[14.0],
            learning_rate: 1.0,
            updates: 1,
        });
        assert_eq!(w, [0.0]);
    }

    #[test]
    fn a_curvature_that_is_no_number_shows() {
        assert!(three_steps(&mut with_curvature(f64::NAN))[0].is_nan());
    }
}
