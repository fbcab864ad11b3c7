//! Squared hinge loss of each class against the rest, the linear machine's.
//!
//! With the sign `$s = 1$` where the target is above 0 and `$s = -1$` elsewhere
//!
//! ```math
//! L = \frac{1}{N} \sum_n \sum_k \max(0, 1 - s y)^2, \qquad
//!   dy = -\frac{2}{N} s \max(0, 1 - s y)
//! ```
//!
//! Each output has a margin of its own, where [`super::squared_hinge`] compares the outputs with
//! each other. With a penalty on the weights of one linear layer it is the L2-loss support vector
//! machine. There is no second derivative at `$s y = 1$`.
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy` | `[N, K]` |
//!
//! Source: Fan, Chang, Hsieh, Wang & Lin 2008, "LIBLINEAR", eq. 1, which sums over the samples.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Loss, sign};

/// `$L = \frac{1}{N} \sum \max(0, 1 - s y)^2$`.
#[derive(Clone, Copy, Debug)]
pub struct BinarySquaredHinge;

impl<T: Real> Loss<T> for BinarySquaredHinge {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let shortfall = 1.0 - (sign(t) * y).f64();
            // Written with `<` because `max` would turn a NaN into 0.
            sum + if shortfall < 0.0 {
                0.0
            } else {
                shortfall * shortfall
            }
        })
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        let (zero, two_over_n) = (T::zero(), T::of(2.0) * one_over_n);
        Zip::from(dy).and(y).and(t).for_each(|dy, &y, &t| {
            let s = sign(t);
            let shortfall = T::one() - s * y;
            *dy = match shortfall < zero {
                true => zero,
                false => -s * two_over_n * shortfall,
            };
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::prove;
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_gradient_agrees_with_central_differences() {
        let y = array![[0.3, -1.2], [-4.0, 0.1], [2.0, 1.5]];
        let t = array![[0.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
        prove(&BinarySquaredHinge, &y, &t);
    }

    /// Shortfalls 1 − 3 < 0, 1 + 3 = 4 and 1 − 0.5.
    #[test]
    fn each_output_has_its_own_margin() {
        let (y, t) = (array![[3.0, 3.0, -0.5]], array![[1.0, 0.0, 0.0]]);
        assert_eq!(BinarySquaredHinge.forward(y.view(), t.view()), 16.25);
        let mut dy = Array2::from_elem((1, 3), f64::NAN);
        BinarySquaredHinge.backward(y.view(), t.view(), 0.5, dy.view_mut());
        assert_eq!(dy, array![[0.0, 4.0, 0.5]]);
    }

    #[test]
    fn a_nan_passes() {
        let (y, t) = (array![[f64::NAN]], array![[1.0]]);
        assert!(BinarySquaredHinge.forward(y.view(), t.view()).is_nan());
        let mut dy = Array2::zeros((1, 1));
        BinarySquaredHinge.backward(y.view(), t.view(), 1.0, dy.view_mut());
        assert!(dy[[0, 0]].is_nan());
    }
}
