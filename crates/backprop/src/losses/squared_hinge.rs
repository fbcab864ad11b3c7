//! Squared hinge loss of several classes: as [`super::hinge`], but a large shortfall costs more.
//!
//! With `$c$` the right class, the largest target of a sample, and the shortfall
//! `$m_j = y_j - y_c + 1$` of its lead over each other class
//!
//! ```math
//! L = \frac{1}{N} \sum_n \sum_{j \ne c} \max(0, m_j)^2, \qquad
//!   dy_j = \frac{2}{N} \max(0, m_j) \quad (j \ne c), \qquad
//!   dy_c = -\sum_{j \ne c} dy_j
//! ```
//!
//! The derivative has no jump, but a kink at `$m_j = 0$`: there is no second derivative.
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy` | `[N, K]` |

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::Loss;
use super::hinge::{back_from_shortfalls, sum_over_shortfalls};

/// `$L = \frac{1}{N} \sum \max(0, y_j - y_c + 1)^2$`.
#[derive(Clone, Copy, Debug)]
pub struct SquaredHinge;

impl<T: Real> Loss<T> for SquaredHinge {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        // Written with `<` because `max` would turn a NaN into 0.
        sum_over_shortfalls(y, t, |m| if m < 0.0 { 0.0 } else { m * m })
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        let (zero, two_over_n) = (T::zero(), T::of(2.0) * one_over_n);
        let slope = |m| if m < zero { zero } else { two_over_n * m };
        back_from_shortfalls(y, t, dy, slope);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::prove;
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_gradient_agrees_with_central_differences() {
        // Shortfalls of both signs, none near the kink; soft targets have a largest too.
        let y = array![[0.3, -1.2, 0.0], [4.0, 0.1, 3.5], [-2.0, 0.5, 1.0]];
        let t = array![[0.0, 1.0, 0.0], [0.8, 0.1, 0.1], [0.0, 0.0, 1.0]];
        prove(&SquaredHinge, &y, &t);
    }

    #[test]
    fn the_shortfall_is_squared() {
        // Shortfalls 5.1 − 3.2 + 1 = 2.9 and −1.7 − 3.2 + 1 < 0.
        let y: Array2<f64> = array![[3.2, 5.1, -1.7]];
        let t = array![[1.0, 0.0, 0.0]];
        assert!((SquaredHinge.forward(y.view(), t.view()) - 8.41).abs() < 1e-13);
        let mut dy = Array2::zeros((1, 3));
        SquaredHinge.backward(y.view(), t.view(), 0.5, dy.view_mut());
        for (by_hand, exact) in dy.iter().zip([-2.9, 2.9, 0.0]) {
            assert!((by_hand - exact).abs() < 1e-14);
        }
    }

    #[test]
    fn a_nan_passes() {
        let (y, t) = (array![[1.0, f64::NAN]], array![[1.0, 0.0]]);
        assert!(SquaredHinge.forward(y.view(), t.view()).is_nan());
        let mut dy = Array2::zeros((1, 2));
        SquaredHinge.backward(y.view(), t.view(), 1.0, dy.view_mut());
        assert!(dy.iter().all(|dy| dy.is_nan()));
    }
}
