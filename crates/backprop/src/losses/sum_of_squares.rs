//! Sum of squares over the outputs, without the 1/2 of [`super::squared_error`].
//!
//! ```math
//! L = \frac{1}{N} \sum_n \sum_k (y_{nk} - t_{nk})^2, \qquad dy = \frac{2}{N} (y - t), \qquad
//!   d^2y = \frac{2}{N}
//! ```
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy`, `d2y` | `[N, K]` |

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::Loss;

/// `$L = \frac{1}{N} \sum (y - t)^2$`.
#[derive(Clone, Copy, Debug)]
pub struct SumOfSquares;

impl<T: Real> Loss<T> for SumOfSquares {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let error = y.f64() - t.f64();
            sum + error * error
        })
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        let two_over_n = T::of(2.0) * one_over_n;
        Zip::from(dy)
            .and(y)
            .and(t)
            .for_each(|dy, &y, &t| *dy = two_over_n * (y - t));
    }

    fn curvature(
        &self,
        _: ArrayView2<T>,
        _: ArrayView2<T>,
        one_over_n: T,
        mut d2y: ArrayViewMut2<T>,
    ) {
        d2y.fill(T::of(2.0) * one_over_n);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn both_derivatives_agree_with_central_differences() {
        let y = array![[0.3, -1.2], [0.8, 0.1], [2.0, 0.5]];
        let t = array![[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]];
        prove(&SumOfSquares, &y, &t);
        prove_curvature(&SumOfSquares, &y, &t);
    }

    #[test]
    fn the_squares_are_summed() {
        // 1² + 2² and 3² + 4².
        let y: Array2<f64> = array![[1.0, -1.0], [3.0, 5.0]];
        let t = array![[0.0, 1.0], [0.0, 1.0]];
        assert_eq!(SumOfSquares.forward(y.view(), t.view()), 5.0 + 25.0);
        let mut dy = Array2::zeros((2, 2));
        SumOfSquares.backward(y.view(), t.view(), 0.5, dy.view_mut());
        assert_eq!(dy, array![[1.0, -2.0], [3.0, 4.0]]);
    }
}
