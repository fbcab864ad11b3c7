//! Logistic sigmoid.
//!
//! ```math
//! y = \sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \sigma'(x) = \sigma(x)\,(1 - \sigma(x)),
//!   \qquad dx = dy\; y\,(1 - y)
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: Rumelhart, Hinton, Williams 1986, eq. 2.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::elementwise;
use super::{Layer, Mode, Pass};

/// `$y = 1 / (1 + e^{-x})$`.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl<T: Real> Layer<T> for Sigmoid {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let one = T::one();
        Zip::from(y)
            .and(x)
            .for_each(|y, &x| *y = one / (one + (-x).exp()));
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let one = T::one();
        Zip::from(dx)
            .and(pass.y)
            .and(pass.dy)
            .for_each(|dx, &y, &dy| *dx = dy * y * (one - y));
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        elementwise::curvature(pass, d2x, |_, y| y * (T::one() - y));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut Sigmoid, &[], random(5, 4, "x") * 3.0, 4);
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        prove_curvature(&mut Sigmoid, &[], random(5, 4, "x") * 3.0, 4);
    }

    /// Worked example 1: a circuit whose sum is 1.
    #[test]
    fn the_value_and_slope_of_the_lecture() {
        let x = ndarray::array![[1.0]];
        let (mut y, mut dx) = (
            ndarray::Array2::zeros((1, 1)),
            ndarray::Array2::zeros((1, 1)),
        );
        Sigmoid.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let dy = ndarray::array![[1.0]];
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        Sigmoid.backward(&[], pass, Some(dx.view_mut()), &mut []);
        assert!((y[[0, 0]] - 0.7310585786300049f64).abs() < 1e-15);
        assert!((dx[[0, 0]] - 0.1966119332f64).abs() < 1e-10);
    }

    #[test]
    fn far_from_zero_it_saturates_without_nan() {
        let x = ndarray::array![[-1000.0f32, 1000.0]];
        let mut y = ndarray::Array2::zeros((1, 2));
        Sigmoid.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, ndarray::array![[0.0, 1.0]]);
    }
}
