//! Hyperbolic tangent.
//!
//! ```math
//! y = \tanh x, \qquad \tanh' x = 1 - \tanh^2 x, \qquad dx = dy\,(1 - y^2)
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", section 4.4.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::elementwise;
use super::{Layer, Mode, Pass};

/// `$y = \tanh x$`.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl<T: Real> Layer<T> for Tanh {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        Zip::from(y).and(x).for_each(|y, &x| *y = x.tanh());
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let one = T::one();
        Zip::from(dx)
            .and(pass.y)
            .and(pass.dy)
            .for_each(|dx, &y, &dy| *dx = dy * (one - y * y));
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        elementwise::curvature(pass, d2x, |_, y| T::one() - y * y);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut Tanh, &[], random(5, 4, "x") * 3.0, 4);
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        prove_curvature(&mut Tanh, &[], random(5, 4, "x") * 3.0, 4);
    }
}
