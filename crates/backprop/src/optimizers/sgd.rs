//! Gradient descent.
//!
//! ```math
//! w \leftarrow w - \eta\, g
//! ```
//!
//! Source: Rumelhart, Hinton, Williams 1986, eq. 8.

use rayon::prelude::*;
use spec::Real;

use super::{BLOCK, Optimizer, Part};

/// `$w \leftarrow w - \eta g$`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd;

impl<T: Real> Optimizer<T> for Sgd {
    fn update(&mut self, part: Part<'_, T>) {
        let Part { w, g, .. } = part;
        let eta = T::of(part.learning_rate);
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
        assert_close(three_steps(&mut Sgd), [0.8, 0.64, 0.512]);
    }
}
