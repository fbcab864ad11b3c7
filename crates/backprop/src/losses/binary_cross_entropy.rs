//! Binary cross-entropy of logits.
//!
//! With `$p = \sigma(y)$`
//!
//! ```math
//! L = -\frac{1}{N} \sum_n \sum_k \big[t \ln p + (1 - t) \ln (1 - p)\big], \qquad
//!   dy = \frac{1}{N} (p - t), \qquad d^2y = \frac{1}{N} p (1 - p)
//! ```
//!
//! Since `$\ln p = y - \ln(1 + e^y)$` and `$\ln(1 - p) = -\ln(1 + e^y)$`, the loss of one output is
//! `$\ln(1 + e^y) - t y = \max(y, 0) + \ln(1 + e^{-|y|}) - t y$`, which never overflows.
//!
//! | | shape |
//! |---|---|
//! | `y` (logits), `t`, `dy`, `d2y` | `[N, K]` |
//!
//! Source: Bishop 2006, eqs. 5.21 and 5.18.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::Loss;

/// `$L = -\frac{1}{N} \sum [t \ln \sigma(y) + (1 - t) \ln(1 - \sigma(y))]$`.
#[derive(Clone, Copy, Debug)]
pub struct BinaryCrossEntropy;

impl<T: Real> Loss<T> for BinaryCrossEntropy {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y).and(t).fold(0.0, |sum, &y, &t| {
            let (y, t) = (y.f64(), t.f64());
            // `f64::max` would hide a NaN.
            let positive = if y < 0.0 { 0.0 } else { y };
            sum + positive + (-y.abs()).exp().ln_1p() - t * y
        })
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        let one = T::one();
        Zip::from(dy).and(y).and(t).for_each(|dy, &y, &t| {
            let p = one / (one + (-y).exp());
            *dy = one_over_n * (p - t);
        });
    }

    fn curvature(&self, y: ArrayView2<T>, _: ArrayView2<T>, one_over_n: T, d2y: ArrayViewMut2<T>) {
        let one = T::one();
        Zip::from(d2y).and(y).for_each(|d2y, &y| {
            // 1 − p = σ(−y), without the cancellation of the difference.
            let (p, rest) = (one / (one + (-y).exp()), one / (one + y.exp()));
            *d2y = one_over_n * p * rest;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn both_derivatives_agree_with_central_differences() {
        let y = array![[0.3, -1.2], [4.0, 0.1], [-3.0, 0.5]];
        let t = array![[0.0, 1.0], [1.0, 0.0], [0.5, 1.0]];
        prove(&BinaryCrossEntropy, &y, &t);
        prove_curvature(&BinaryCrossEntropy, &y, &t);
    }

    #[test]
    fn large_logits_have_a_finite_loss() {
        let y: Array2<f64> = array![[800.0], [-800.0], [800.0]];
        let loss = BinaryCrossEntropy.forward(y.view(), array![[1.0], [0.0], [0.0]].view());
        assert_eq!(loss, 800.0);
    }

    #[test]
    fn a_logit_of_zero_costs_ln_2() {
        let y: Array2<f64> = array![[0.0]];
        let loss = BinaryCrossEntropy.forward(y.view(), array![[1.0]].view());
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-15);
    }

    #[test]
    fn the_curvature_falls_to_zero_on_both_sides() {
        let y = array![[0.0, 40.0, -40.0, 800.0, -800.0]];
        let mut d2y = Array2::from_elem((1, 5), f64::NAN);
        BinaryCrossEntropy.curvature(y.view(), y.view(), 1.0, d2y.view_mut());
        let tail = (-40f64).exp();
        assert_eq!(d2y[[0, 0]], 0.25);
        assert!((d2y[[0, 1]] / tail - 1.0).abs() < 1e-12);
        assert!((d2y[[0, 2]] / tail - 1.0).abs() < 1e-12);
        assert_eq!([d2y[[0, 3]], d2y[[0, 4]]], [0.0, 0.0]);
    }
}
