//! LeCun's scaled hyperbolic tangent.
//!
//! ```math
//! y = A \tanh(S x), \qquad A = 1.7159, \quad S = \tfrac{2}{3}
//! ```
//!
//! By the chain rule, with `$\tanh' = 1 - \tanh^2$` and `$\tanh(S x) = y / A$`:
//!
//! ```math
//! f'(x) = A S \left(1 - \tanh^2(S x)\right) = \frac{S}{A}\,(A - y)(A + y), \qquad dx = dy\, f'(x)
//! ```
//!
//! The constants make `$f(\pm 1) = \pm 1$`: targets of ±1 lie where the second derivative is
//! largest, not on the asymptotes.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", section 4.4; LeCun, Bottou,
//! Bengio, Haffner 1998, appendix A.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::elementwise;
use super::{Layer, Mode, Pass};

/// The asymptotes are `$\pm A$`.
const A: f64 = 1.7159;
/// Scale of `$x$`.
const S: f64 = 2.0 / 3.0;

/// `$y = 1.7159 \tanh(2x/3)$`.
#[derive(Clone, Copy, Debug)]
pub struct ScaledTanh;

impl<T: Real> Layer<T> for ScaledTanh {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (a, s) = (T::of(A), T::of(S));
        Zip::from(y)
            .and(x)
            .for_each(|y, &x| *y = a * (s * x).tanh());
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        Zip::from(dx)
            .and(pass.y)
            .and(pass.dy)
            .for_each(|dx, &y, &dy| *dx = dy * slope(y));
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        elementwise::curvature(pass, d2x, |_, y| slope(y));
    }
}

/// `$f'(x)$` from `$y$`.
fn slope<T: Real>(y: T) -> T {
    let (a, s_over_a) = (T::of(A), T::of(S / A));
    s_over_a * (a - y) * (a + y)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut ScaledTanh, &[], random(5, 4, "x") * 3.0, 4);
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        prove_curvature(&mut ScaledTanh, &[], random(5, 4, "x") * 3.0, 4);
    }

    /// As the paper wants it: f(±1) = ±1, the slope at 0 is A S, and far away are the asymptotes.
    #[test]
    fn it_takes_one_to_one_and_saturates_without_nan() {
        let x = array![[1.0, -1.0, 0.0, 1e4, -1e4, f64::NAN]];
        let mut y = Array2::zeros(x.raw_dim());
        ScaledTanh.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert!((y[[0, 0]] - 1.0).abs() < 1e-4);
        assert_eq!(y[[0, 1]], -y[[0, 0]]);
        assert_eq!([y[[0, 3]], y[[0, 4]]], [1.7159, -1.7159]);
        assert!(y[[0, 5]].is_nan());
        let (dy, mut dx) = (Array2::ones(x.raw_dim()), Array2::zeros(x.raw_dim()));
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        ScaledTanh.backward(&[], pass, Some(dx.view_mut()), &mut []);
        assert!((dx[[0, 2]] - 1.14393333333f64).abs() < 1e-10); // 1.7159 · 2/3
        assert_eq!([dx[[0, 3]], dx[[0, 4]]], [0.0, 0.0]);
        assert!(dx[[0, 5]].is_nan());
    }
}
