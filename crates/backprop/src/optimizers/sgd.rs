//! Gradient descent.
//!
//! ```math
//! w \leftarrow w - \eta\, g
//! ```
//!
//! Source: Rumelhart, Hinton, Williams 1986, eq. 8.

use rayon::prelude::*;
use spec::Real;

use super::{BLOCK, Optimizer};

/// `$w \leftarrow w - \eta g$`.
#[derive(Clone, Debug)]
pub struct Sgd<T> {
    learning_rate: T,
}

impl<T: Real> Sgd<T> {
    /// With learning rate `$\eta$`.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate: T::of(learning_rate),
        }
    }
}

impl<T: Real> Optimizer<T> for Sgd<T> {
    fn step(&mut self, w: &mut [T], g: &[T]) {
        let eta = self.learning_rate;
        w.par_chunks_mut(BLOCK)
            .zip(g.par_chunks(BLOCK))
            .for_each(|(w, g)| {
                for (w, &g) in w.iter_mut().zip(g) {
                    *w -= eta * g;
                }
            });
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
        assert_close(three_steps(&mut Sgd::new(0.1)), [0.8, 0.64, 0.512]);
    }
}
