//! Gradient descent.
//!
//! ```math
//! w \leftarrow w - \eta\, g
//! ```
//!
//! Source: Rumelhart, Hinton, Williams 1986, eq. 8.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;

/// `$w \leftarrow w - \eta g$`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd;

impl<T: Real> Optimizer<T> for Sgd {
    fn state_len(&self) -> usize {
        0
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let eta = T::of(at.learning_rate);
        each([of.g], [of.w], move |[g], [w]| *w -= eta * g);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // w ← w − .1 · 2w = .8 w
        assert_close(three_steps(&Sgd), [0.8, 0.64, 0.512]);
    }
}
