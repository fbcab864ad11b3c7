//! Rectified linear unit.
//!
//! ```math
//! y = \max(0, x), \qquad dx = \begin{cases} dy & x > 0 \\ 0 & x \le 0 \end{cases}
//! ```
//!
//! At the kink `$x = 0$` the derivative is taken as 0, as in burn and PyTorch. A NaN passes
//! through: a diverged network must not look sound.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: Nair & Hinton 2010; Glorot, Bordes, Bengio 2011, section 3.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::elementwise;
use super::{Layer, Mode, Pass};

/// `$y = \max(0, x)$`.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl<T: Real> Layer<T> for Relu {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let zero = T::zero();
        // Written with `<` because `max` would turn a NaN into 0.
        Zip::from(y)
            .and(x)
            .for_each(|y, &x| *y = if x < zero { zero } else { x });
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let zero = T::zero();
        Zip::from(dx)
            .and(pass.y)
            .and(pass.dy)
            .for_each(|dx, &y, &dy| *dx = if y > zero { dy } else { zero });
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let (zero, one) = (T::zero(), T::one());
        elementwise::curvature(pass, d2x, |_, y| if y > zero { one } else { zero });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn gradients_agree_with_central_differences() {
        // No entry is nearer to the kink than the step of the differences.
        let x = random(5, 4, "x").mapv(|x| if x.abs() < 1e-3 { 0.5 } else { x });
        prove(&mut Relu, &[], x, 4);
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        prove_curvature(&mut Relu, &[], random(5, 4, "x"), 4);
    }

    #[test]
    fn at_zero_the_slope_is_zero_and_a_nan_passes() {
        let x = array![[0.0, f64::NAN, -1.0, 2.0]];
        let mut y = Array2::zeros((1, 4));
        Relu.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert!(y[[0, 1]].is_nan());
        let (dy, mut dx) = (array![[3.0; 4]], Array2::from_elem((1, 4), 9.0));
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        Relu.backward(&[], pass, Some(dx.view_mut()), &mut []);
        assert_eq!([dx[[0, 0]], dx[[0, 2]], dx[[0, 3]]], [0.0, 0.0, 3.0]);
    }
}
