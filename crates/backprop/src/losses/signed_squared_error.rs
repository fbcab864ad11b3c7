//! Adaline's error: half the squared difference from 1 or −1.
//!
//! With the sign `$s = 1$` where the target is above 0 and `$s = -1$` elsewhere
//!
//! ```math
//! L = \frac{1}{2N} \sum_n \sum_k (y - s)^2, \qquad dy = \frac{1}{N} (y - s), \qquad
//!   d^2y = \frac{1}{N}
//! ```
//!
//! Under `sgd` with `batch_size = 1` and one linear output this is the rule of Widrow and Hoff
//! (LMS, delta rule): `$w \leftarrow w + \eta (s - y) x$`. The error is that of the output before
//! the threshold, where the perceptron only asks on which side of it the output is.
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy`, `d2y` | `[N, K]` |
//!
//! Source: Widrow & Hoff 1960, "Adaptive switching circuits".

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Loss, sign};

/// `$L = \frac{1}{2N} \sum (y - s)^2$`.
#[derive(Clone, Copy, Debug)]
pub struct SignedSquaredError;

impl<T: Real> Loss<T> for SignedSquaredError {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        let squares = Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let error = y.f64() - sign(t).f64();
            sum + error * error
        });
        squares / 2.0
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        Zip::from(dy)
            .and(y)
            .and(t)
            .for_each(|dy, &y, &t| *dy = one_over_n * (y - sign(t)));
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
        let y = array![[0.3, -1.2], [0.8, 0.1], [2.0, 0.0]];
        let t = array![[0.0, 1.0], [1.0, -1.0], [0.0, 0.0]];
        prove(&SignedSquaredError, &y, &t);
        prove_curvature(&SignedSquaredError, &y, &t);
    }

    /// (0.5 − 1)² / 2 + (0.5 + 1)² / 2.
    #[test]
    fn labels_of_zero_are_aims_of_minus_one() {
        let y = array![[0.5, 0.5]];
        for t in [array![[1.0, 0.0]], array![[1.0, -1.0]]] {
            assert_eq!(SignedSquaredError.forward(y.view(), t.view()), 1.25);
        }
    }
}
