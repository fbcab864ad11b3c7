//! Exponential linear unit.
//!
//! ```math
//! y = \begin{cases} x & x > 0 \\ \alpha\,(e^x - 1) & x \le 0 \end{cases}, \qquad
//!   dx = \begin{cases} dy & x > 0 \\ dy\,(y + \alpha) & x \le 0 \end{cases}
//! ```
//!
//! since `$\frac{d}{dx} \alpha (e^x - 1) = \alpha e^x = y + \alpha$`. At 0 the slope is that of the
//! left side, `$\alpha$`; only for `$\alpha = 1$` is there no kink.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: Clevert, Unterthiner, Hochreiter 2016, eq. 15.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Layer, Mode, Pass};

/// `$y = x$` where `$x > 0$`, else `$\alpha (e^x - 1)$`.
#[derive(Clone, Copy, Debug)]
pub struct Elu<T> {
    /// `$\alpha$`: for large negative `$x$`, `$y$` goes to `$-\alpha$`.
    pub alpha: T,
}

impl<T: Real> Layer<T> for Elu<T> {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (zero, alpha) = (T::zero(), self.alpha);
        Zip::from(y)
            .and(x)
            .for_each(|y, &x| *y = if x > zero { x } else { alpha * x.exp_m1() });
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let (zero, one, alpha) = (T::zero(), T::one(), self.alpha);
        Zip::from(dx)
            .and(pass.x)
            .and(pass.y)
            .and(pass.dy)
            .for_each(|dx, &x, &y, &dy| *dx = dy * if x > zero { one } else { y + alpha });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn gradients_agree_with_central_differences() {
        for alpha in [1.0, 0.3, 2.0] {
            let x = (random(5, 4, "x") * 3.0).mapv(|x| if x.abs() < 1e-3 { 0.5 } else { x });
            prove(&mut Elu { alpha }, &[], x, 4);
        }
    }

    #[test]
    fn values_and_slopes_by_hand() {
        let x = array![[2.0, 0.0, -1.0, -1000.0, f64::NAN]];
        let mut y = Array2::zeros(x.raw_dim());
        let mut layer = Elu { alpha: 0.5 };
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let (dy, mut dx) = (array![[3.0; 5]], Array2::zeros(x.raw_dim()));
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(&[], pass, Some(dx.view_mut()), &mut []);
        assert_eq!([y[[0, 0]], y[[0, 1]], y[[0, 3]]], [2.0, 0.0, -0.5]);
        assert_eq!([dx[[0, 0]], dx[[0, 1]], dx[[0, 3]]], [3.0, 1.5, 0.0]);
        // 0.5 (1/e − 1) and 3 · 0.5 / e with 1/e = 0.36787944117144233.
        assert!((y[[0, 2]] + 0.31606027941427884f64).abs() < 1e-15);
        assert!((dx[[0, 2]] - 0.5518191617571635f64).abs() < 1e-15);
        assert!(y[[0, 4]].is_nan() && dx[[0, 4]].is_nan());
    }
}
