//! Nesterov's accelerated gradient.
//!
//! ```math
//! v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, (g + \mu v)
//! ```
//!
//! The step looks ahead along the new velocity. In these variables `$w$` is the point at which the
//! gradient is taken, as in PyTorch and burn.
//!
//! Source: Sutskever, Martens, Dahl, Hinton 2013, eqs. 3 and 4, in the form of Bengio,
//! Boulanger-Lewandowski, Pascanu 2013, eq. 7.

use spec::Real;

use super::{Optimizer, Part, each};

/// `$v \leftarrow \mu v + g$`, `$w \leftarrow w - \eta (g + \mu v)$`.
#[derive(Clone, Debug)]
pub struct Nesterov<T> {
    momentum: T,
    velocity: Vec<T>,
}

impl<T: Real> Nesterov<T> {
    /// With momentum `$\mu$`, at rest.
    pub fn new(momentum: f64, parameters: usize) -> Self {
        Self {
            momentum: T::of(momentum),
            velocity: vec![T::zero(); parameters],
        }
    }
}

impl<T: Real> Optimizer<T> for Nesterov<T> {
    fn update(&mut self, part: Part<'_, T>) {
        let (eta, mu) = (T::of(part.learning_rate), self.momentum);
        let velocity = &mut self.velocity[part.range()];
        each([part.g], [part.w, velocity], |[g], [w, v]| {
            *v = mu * *v + g;
            *w -= eta * (g + mu * *v);
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
        // v = 2, 2.4, 2.08
        let mut rule = Nesterov::new(0.5, 1);
        assert_close(three_steps(&mut rule), [0.7, 0.44, 0.248]);
        rule.reset();
        assert_close(three_steps(&mut rule), [0.7, 0.44, 0.248]);
    }
}
