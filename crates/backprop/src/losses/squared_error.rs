//! Squared error with the 1/2 of the textbooks.
//!
//! ```math
//! L = \frac{1}{2N} \sum_n \sum_k (y_{nk} - t_{nk})^2, \qquad dy = \frac{1}{N} (y - t), \qquad
//!   d^2y = \frac{1}{N}
//! ```
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy`, `d2y` | `[N, K]` |
//!
//! Source: Rumelhart, Hinton, Williams 1986, eq. 3; there the sum over the samples, here their
//! mean, so that a learning rate does not depend on the batch size (Nielsen 2015, eq. 6).

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::Loss;

/// `$L = \frac{1}{2N} \sum (y - t)^2$`.
#[derive(Clone, Copy, Debug)]
pub struct SquaredError;

impl<T: Real> Loss<T> for SquaredError {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        let squares = Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let error = y.f64() - t.f64();
            sum + error * error
        });
        squares / 2.0
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        Zip::from(dy)
            .and(y)
            .and(t)
            .for_each(|dy, &y, &t| *dy = one_over_n * (y - t));
    }

    fn curvature(
        &self,
        _: ArrayView2<T>,
        _: ArrayView2<T>,
        one_over_n: T,
        mut d2y: ArrayViewMut2<T>,
    ) {
        d2y.fill(one_over_n);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::*;
    use ndarray::array;

    #[test]
    fn both_derivatives_agree_with_central_differences() {
        let y = array![[0.3, -1.2], [0.8, 0.1], [2.0, 0.5]];
        let t = array![[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]];
        prove(&SquaredError, &y, &t);
        prove_curvature(&SquaredError, &y, &t);
    }

    /// Worked example 3: outputs .4769 and .5287 for targets .23 and -.07.
    #[test]
    fn the_error_of_the_lecture() {
        let y: ndarray::Array2<f64> = array![[0.47694575860699684, 0.5286964002912302]];
        let loss = SquaredError.forward(y.view(), array![[0.23, -0.07]].view());
        assert!((loss - 0.2097097937078311).abs() < 1e-15);
    }
}
