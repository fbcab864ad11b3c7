//! Identity: a linear unit, for example the output of a regression.
//!
//! ```math
//! y = x, \qquad dx = dy
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Mode, Pass};

/// `$y = x$`.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl<T: Real> Layer<T> for Identity {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        y.assign(&x);
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        if let Some(mut dx) = dx {
            dx.assign(&pass.dy);
        }
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        if let Some(mut d2x) = d2x {
            d2x.assign(&pass.dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut Identity, &[], random(5, 4, "x"), 4);
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        prove_curvature(&mut Identity, &[], random(5, 4, "x"), 4);
    }
}
