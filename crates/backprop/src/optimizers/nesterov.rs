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

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;

/// `$v \leftarrow \mu v + g$`, `$w \leftarrow w - \eta (g + \mu v)$`.
#[derive(Clone, Debug)]
pub struct Nesterov<T> {
    momentum: T,
}

impl<T: Real> Nesterov<T> {
    /// With momentum `$\mu$`.
    pub fn new(momentum: f64) -> Self {
        let momentum = T::of(momentum);
        Self { momentum }
    }
}

impl<T: Real> Optimizer<T> for Nesterov<T> {
    fn state_len(&self) -> usize {
        1
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let (eta, mu) = (T::of(at.learning_rate), self.momentum);
        let [velocity, _] = of.state;
        each([of.g], [of.w, velocity], move |[g], [w, v]| {
            *v = mu * *v + g;
            *w -= eta * (g + mu * *v);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // v = 2, 2.4, 2.08
        assert_close(three_steps(&Nesterov::new(0.5)), [0.7, 0.44, 0.248]);
    }
}
