//! Hinge loss of several classes: the right output should lead every other by 1.
//!
//! With `$c$` the right class, the largest target of a sample, and the shortfall
//! `$m_j = y_j - y_c + 1$` of its lead over each other class
//!
//! ```math
//! L = \frac{1}{N} \sum_n \sum_{j \ne c} \max(0, m_j), \qquad
//!   dy_j = \frac{1}{N} \begin{cases} 1 & m_j > 0 \\ 0 & m_j \le 0 \end{cases} \quad (j \ne c), \qquad
//!   dy_c = -\sum_{j \ne c} dy_j
//! ```
//!
//! At the kink `$m_j = 0$` the derivative is taken as 0. There is no second derivative.
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy` | `[N, K]` |
//!
//! Source: Weston & Watkins 1999.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Loss, right_class};

/// `$L = \frac{1}{N} \sum \max(0, y_j - y_c + 1)$`.
#[derive(Clone, Copy, Debug)]
pub struct Hinge;

impl<T: Real> Loss<T> for Hinge {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        // Written with `<` because `max` would turn a NaN into 0.
        sum_over_shortfalls(y, t, |m| if m < 0.0 { 0.0 } else { m })
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        let zero = T::zero();
        let slope = |m| if m > zero { one_over_n } else { zero };
        back_from_shortfalls(y, t, dy, slope);
    }
}

/// `$\sum_n \sum_{j \ne c} cost(m_j)$`.
pub(super) fn sum_over_shortfalls<T: Real>(
    y: ArrayView2<T>,
    t: ArrayView2<T>,
    cost: impl Fn(f64) -> f64,
) -> f64 {
    Zip::from(y.rows())
        .and(t.rows())
        .fold(0.0, |mut sum, y, t| {
            let right = right_class(t);
            for (class, &score) in y.iter().enumerate() {
                if class != right {
                    sum += cost(score.f64() - y[right].f64() + 1.0);
                }
            }
            sum
        })
}

/// `$dy_j = slope(m_j)$` for the other classes, and less their sum for the right one.
pub(super) fn back_from_shortfalls<T: Real>(
    y: ArrayView2<T>,
    t: ArrayView2<T>,
    mut dy: ArrayViewMut2<T>,
    slope: impl Fn(T) -> T,
) {
    Zip::from(dy.rows_mut())
        .and(y.rows())
        .and(t.rows())
        .for_each(|mut dy, y, t| {
            let right = right_class(t);
            let mut sum = T::zero();
            for (class, (dy, &score)) in dy.iter_mut().zip(y).enumerate() {
                if class != right {
                    *dy = slope(score - y[right] + T::one());
                    sum += *dy;
                }
            }
            dy[right] = -sum;
        });
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
        prove(&Hinge, &y, &t);
    }

    #[test]
    fn only_a_lead_of_less_than_one_costs() {
        // Shortfalls 5.1 − 3.2 + 1 = 2.9 and −1.7 − 3.2 + 1 < 0.
        let y: Array2<f64> = array![[3.2, 5.1, -1.7]];
        let t = array![[1.0, 0.0, 0.0]];
        assert!((Hinge.forward(y.view(), t.view()) - 2.9).abs() < 1e-14);
        let mut dy = Array2::zeros((1, 3));
        Hinge.backward(y.view(), t.view(), 0.5, dy.view_mut());
        assert_eq!(dy, array![[-0.5, 0.5, 0.0]]);
    }

    #[test]
    fn at_the_kink_the_slope_is_zero_and_a_nan_passes() {
        let t = array![[1.0, 0.0]];
        let mut dy = Array2::from_elem((1, 2), f64::NAN);
        Hinge.backward(array![[2.0, 1.0]].view(), t.view(), 1.0, dy.view_mut());
        assert_eq!(dy, array![[0.0, 0.0]]);
        let loss = |y: Array2<f64>| Hinge.forward(y.view(), t.view());
        assert_eq!(loss(array![[2.0, 1.0]]), 0.0);
        assert!(loss(array![[f64::NAN, 1.0]]).is_nan());
        assert!(loss(array![[2.0, f64::NAN]]).is_nan());
    }
}
