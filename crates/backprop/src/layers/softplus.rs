//! Softplus: a smooth rectifier.
//!
//! ```math
//! y = \ln(1 + e^x), \qquad f'(x) = \frac{e^x}{1 + e^x} = \sigma(x)
//! ```
//!
//! `$e^x$` overflows, so the larger of 1 and `$e^x$` is taken out of the logarithm; and from
//! `$e^y = 1 + e^x$` the derivative needs only `$y$`:
//!
//! ```math
//! y = \max(x, 0) + \ln\left(1 + e^{-|x|}\right), \qquad dx = dy\,\left(1 - e^{-y}\right)
//! ```
//!
//! Both keep their relative precision where `$x$` is far below 0: there `$y \approx e^x$`, and the
//! functions for `$\ln(1 + u)$` and `$e^u - 1$` lose nothing for small `$u$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: Dugas, Bengio, Bélisle, Nadeau, Garcia 2001.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Layer, Mode, Pass};

/// `$y = \ln(1 + e^x)$`.
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl<T: Real> Layer<T> for Softplus {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        // A NaN, which `max` would drop, comes through the logarithm.
        Zip::from(y)
            .and(x)
            .for_each(|y, &x| *y = x.max(T::zero()) + (-x.abs()).exp().ln_1p());
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        Zip::from(dx)
            .and(pass.y)
            .and(pass.dy)
            .for_each(|dx, &y, &dy| *dx = dy * -(-y).exp_m1());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut Softplus, &[], random(5, 4, "x") * 5.0, 4);
    }

    #[test]
    fn both_tails_are_exact_and_a_nan_passes() {
        let x = array![[0.0, 1000.0, -50.0, -1000.0, f64::NAN]];
        let mut y = Array2::zeros(x.raw_dim());
        Softplus.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let (dy, mut dx) = (Array2::ones(x.raw_dim()), Array2::zeros(x.raw_dim()));
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        Softplus.backward(&[], pass, Some(dx.view_mut()), &mut []);
        let small = (-50f64).exp();
        for (column, value, slope) in [
            (0, std::f64::consts::LN_2, 0.5),
            (1, 1000.0, 1.0),
            (2, small, small),
            (3, 0.0, 0.0),
        ] {
            assert!((y[[0, column]] - value).abs() <= 1e-15 * value, "{column}");
            assert!((dx[[0, column]] - slope).abs() <= 1e-15 * slope, "{column}");
        }
        assert!(y[[0, 4]].is_nan() && dx[[0, 4]].is_nan());
    }
}
