//! Gradient descent with momentum.
//!
//! ```math
//! v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, v
//! ```
//!
//! The velocity `$v$` is in units of the gradient, as in PyTorch, so that a change of `$\eta$` acts at
//! once. The form of Rumelhart, Hinton, Williams 1986, eq. 9, `$\Delta w \leftarrow \mu \Delta w - \eta g$`,
//! is the same for a constant `$\eta$`.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;

/// `$v \leftarrow \mu v + g$`, `$w \leftarrow w - \eta v$`.
#[derive(Clone, Debug)]
pub struct Momentum<T> {
    momentum: T,
}

impl<T: Real> Momentum<T> {
    /// With momentum `$\mu$`.
    pub fn new(momentum: f64) -> Self {
        let momentum = T::of(momentum);
        Self { momentum }
    }
}

impl<T: Real> Optimizer<T> for Momentum<T> {
    fn state_len(&self) -> usize {
        1
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let (eta, mu) = (T::of(at.learning_rate), self.momentum);
        let [velocity, _] = of.state;
        each([of.g], [of.w, velocity], move |[g], [w, v]| {
            *v = mu * *v + g;
            *w -= eta * *v;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // v = 2, 2.6, 2.38
        assert_close(three_steps(&Momentum::new(0.5)), [0.8, 0.54, 0.302]);
    }
}
