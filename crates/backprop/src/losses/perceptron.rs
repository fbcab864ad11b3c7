//! Perceptron criterion: what is wrong costs its distance from the threshold.
//!
//! With the sign `$s = 1$` where the target is above 0 and `$s = -1$` elsewhere, so that labels may
//! be 0 and 1 or −1 and 1,
//!
//! ```math
//! L = \frac{1}{N} \sum_n \sum_k \max(0, -s y), \qquad
//!   dy = \frac{1}{N} \begin{cases} -s & s y \le 0 \\ 0 & s y > 0 \end{cases}
//! ```
//!
//! is the sum over the misclassified samples of `$-s (w \cdot x + b)$`. At the kink `$s y = 0$` the
//! slope is that of the wrong side: with zero weights every output is 0, and nothing would ever
//! move by the strict inequality. Under `sgd` with `batch_size = 1` and one linear output this is
//! the perceptron's rule, `$w \leftarrow w + \eta s x$` and `$b \leftarrow b + \eta s$` for each
//! sample that is not right. Each update moves its own `$w \cdot x + b$` by exactly
//! `$\eta s (|x|^2 + 1)$`. If the classes can be parted there are at most `$(R / \gamma)^2$`
//! updates from zero weights, with `$R$` the largest norm of `$(x, 1)$` and `$\gamma$` the margin.
//! Several outputs are perceptrons side by side, each for its class against the rest.
//!
//! | | shape |
//! |---|---|
//! | `y`, `t`, `dy` | `[N, K]` |
//!
//! Source: Rosenblatt 1962, "Principles of Neurodynamics"; the bound: Novikoff 1962; Zhou 2016,
//! section 5.2.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Loss, sign};

/// `$L = \frac{1}{N} \sum \max(0, -s y)$`.
#[derive(Clone, Copy, Debug)]
pub struct Perceptron;

impl<T: Real> Loss<T> for Perceptron {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let margin = (sign(t) * y).f64();
            // Written with `>` because `max` would turn a NaN into 0.
            sum + if margin > 0.0 { 0.0 } else { -margin }
        })
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        Zip::from(dy).and(y).and(t).for_each(|dy, &y, &t| {
            let s = sign(t);
            *dy = match s * y > T::zero() {
                true => T::zero(),
                false => -s * one_over_n,
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
        // Right and wrong outputs, none at the threshold; labels of both kinds.
        let y = array![[0.3, -1.2], [-4.0, 0.1], [2.0, 0.5]];
        prove(&Perceptron, &y, &array![[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
        prove(
            &Perceptron,
            &y,
            &array![[-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]],
        );
    }

    #[test]
    fn only_what_is_wrong_costs_its_distance() {
        let (y, t) = (array![[2.0, -3.0, 0.5]], array![[0.0, 0.0, 1.0]]);
        assert_eq!(Perceptron.forward(y.view(), t.view()), 2.0);
        let mut dy = Array2::from_elem((1, 3), f64::NAN);
        Perceptron.backward(y.view(), t.view(), 0.5, dy.view_mut());
        assert_eq!(dy, array![[0.5, 0.0, 0.0]]);
    }

    #[test]
    fn at_the_threshold_it_costs_nothing_but_moves() {
        let (y, t) = (array![[0.0, 0.0]], array![[1.0, 0.0]]);
        assert_eq!(Perceptron.forward(y.view(), t.view()), 0.0);
        let mut dy = Array2::from_elem((1, 2), f64::NAN);
        Perceptron.backward(y.view(), t.view(), 1.0, dy.view_mut());
        assert_eq!(dy, array![[-1.0, 1.0]]);
    }

    #[test]
    fn a_nan_passes() {
        let (y, t) = (array![[f64::NAN]], array![[1.0]]);
        assert!(Perceptron.forward(y.view(), t.view()).is_nan());
    }
}
