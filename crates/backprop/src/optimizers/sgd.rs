//! Gradient descent.
//!
//! ```math
//! w \leftarrow w - \eta\, g
//! ```
//!
//! Source: Rumelhart, Hinton, Williams 1986, eq. 8.

use spec::Real;

use super::{Optimizer, Part, each};

/// `$w \leftarrow w - \eta g$`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd;

impl<T: Real> Optimizer<T> for Sgd {
    fn update(&mut self, part: Part<'_, T>) {
        let eta = T::of(part.learning_rate);
        each([part.g], [part.w], |[g], [w]| *w -= eta * g);
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // w ← w − .1 · 2w = .8 w
        assert_close(three_steps(&mut Sgd), [0.8, 0.64, 0.512]);
    }
}
