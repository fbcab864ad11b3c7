//! Gradient descent with momentum.
//!
//! ```math
//! v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, v
//! ```
//!
//! The velocity `$v$` is in units of the gradient, as in PyTorch, so that a change of `$\eta$` acts at
//! once. The form of Rumelhart, Hinton, Williams 1986, eq. 9, `$\Delta w \leftarrow \mu \Delta w - \eta g$`,
//! is the same for a constant `$\eta$`.

use spec::Real;

use super::{Optimizer, Part, each};

/// `$v \leftarrow \mu v + g$`, `$w \leftarrow w - \eta v$`.
#[derive(Clone, Debug)]
pub struct Momentum<T> {
    momentum: T,
    velocity: Vec<T>,
}

impl<T: Real> Momentum<T> {
    /// With momentum `$\mu$`, at rest.
    pub fn new(momentum: f64, parameters: usize) -> Self {
        Self {
            momentum: T::of(momentum),
            velocity: vec![T::zero(); parameters],
        }
    }
}

impl<T: Real> Optimizer<T> for Momentum<T> {
    fn update(&mut self, part: Part<'_, T>) {
        let (eta, mu) = (T::of(part.learning_rate), self.momentum);
        let velocity = &mut self.velocity[part.range()];
        each([part.g], [part.w, velocity], |[g], [w, v]| {
            *v = mu * *v + g;
            *w -= eta * *v;
        });
    }

    fn reset(&mut self) {
        self.velocity.fill(T::zero());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // v = 2, 2.6, 2.38
        let mut rule = Momentum::new(0.5, 1);
        assert_close(three_steps(&mut rule), [0.8, 0.54, 0.302]);
        rule.reset();
        assert_close(three_steps(&mut rule), [0.8, 0.54, 0.302]);
    }
}
