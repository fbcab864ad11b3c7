//! Mean of squares over the samples and the outputs: what most frameworks call MSE.
//!
//! ```math
//! L = \frac{1}{N K} \sum_n \sum_k (y_{nk} - t_{nk})^2, \qquad dy = \frac{2}{N K} (y - t), \qquad
//!   d^2y = \frac{2}{N K}
//! ```
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy`, `d2y` | `[N, K]` |

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::Loss;

/// `$L = \frac{1}{N K} \sum (y - t)^2$`.
#[derive(Clone, Copy, Debug)]
pub struct MeanOfSquares;

impl<T: Real> Loss<T> for MeanOfSquares {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        let squares = Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let error = y.f64() - t.f64();
            sum + error * error
        });
        squares / y.ncols() as f64
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        let factor = two_over_k::<T>(&y) * one_over_n;
        Zip::from(dy)
            .and(y)
            .and(t)
            .for_each(|dy, &y, &t| *dy = factor * (y - t));
    }

    fn curvature(
        &self,
        y: ArrayView2<T>,
        _: ArrayView2<T>,
        one_over_n: T,
        mut d2y: ArrayViewMut2<T>,
    ) {
        d2y.fill(two_over_k::<T>(&y) * one_over_n);
    }
}

fn two_over_k<T: Real>(y: &ArrayView2<T>) -> T {
    T::of(2.0 / y.ncols() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn both_derivatives_agree_with_central_differences() {
        let y = array![[0.3, -1.2, 1.0], [0.8, 0.1, 0.2]];
        let t = array![[0.0, 1.0, 0.3], [1.0, 0.0, 0.5]];
        prove(&MeanOfSquares, &y, &t);
        prove_curvature(&MeanOfSquares, &y, &t);
    }

    #[test]
    fn the_mean_is_over_the_outputs_too() {
        // (1² + 2²) / 2 and (3² + 4²) / 2.
        let y: Array2<f64> = array![[1.0, -1.0], [3.0, 5.0]];
        let t = array![[0.0, 1.0], [0.0, 1.0]];
        assert_eq!(MeanOfSquares.forward(y.view(), t.view()), 2.5 + 12.5);
        let mut dy = Array2::zeros((2, 2));
        MeanOfSquares.backward(y.view(), t.view(), 0.5, dy.view_mut());
        assert_eq!(dy, array![[0.5, -1.0], [1.5, 2.0]]);
    }
}
