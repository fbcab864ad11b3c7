//! Cross-entropy of softmax outputs, on logits.
//!
//! With `$p = \operatorname{softmax}(y)$` and targets that sum to 1 (a one-hot class)
//!
//! ```math
//! L = -\frac{1}{N} \sum_n \sum_k t_{nk} \ln p_{nk}, \qquad dy = \frac{1}{N} (p - t), \qquad
//!   d^2y = \frac{1}{N} p (1 - p)
//! ```
//!
//! The logarithm is taken of the whole quotient, `$\ln p_k = y_k - \ln \sum_j e^{y_j}$`, so that
//! neither the exponential overflows nor the logarithm meets a 0. The Hessian of one sample is
//! full, `$p_k (\delta_{ki} - p_i)$`; `$d^2y$` is its diagonal.
//!
//! | | shape |
//! |---|---|
//! | `y` (logits), `t`, `dy`, `d2y` | `[N, K]` |
//!
//! Source: Bridle 1990; Bishop 2006, eqs. 4.108 and 4.109.

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2, Zip};

use super::Loss;
use super::log_sum_exp::log_sum_exp;
use crate::layers::softmax;

/// `$L = -\frac{1}{N} \sum t \ln \operatorname{softmax}(y)$`.
#[derive(Clone, Copy, Debug)]
pub struct SoftmaxCrossEntropy;

impl<T: Real> Loss<T> for SoftmaxCrossEntropy {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y.rows())
            .and(t.rows())
            .fold(0.0, |sum, y, t| sum + cross_entropy(y, t))
    }

    fn backward(
        &self,
        y: ArrayView2<T>,
        t: ArrayView2<T>,
        one_over_n: T,
        mut dy: ArrayViewMut2<T>,
    ) {
        Zip::from(dy.rows_mut())
            .and(y.rows())
            .for_each(|p, y| softmax(p, y));
        Zip::from(dy)
            .and(t)
            .for_each(|dy, &t| *dy = one_over_n * (*dy - t));
    }

    fn curvature(
        &self,
        y: ArrayView2<T>,
        _: ArrayView2<T>,
        one_over_n: T,
        mut d2y: ArrayViewMut2<T>,
    ) {
        Zip::from(d2y.rows_mut())
            .and(y.rows())
            .for_each(|p, y| softmax(p, y));
        d2y.mapv_inplace(|p| one_over_n * p * (T::one() - p));
    }
}

/// `$-\sum_k t_k \ln p_k$` of one sample.
fn cross_entropy<T: Real>(y: ArrayView1<T>, t: ArrayView1<T>) -> f64 {
    let log_sum = log_sum_exp(y.iter().map(|y| y.f64()));
    Zip::from(y)
        .and(t)
        .fold(0.0, |loss, &y, &t| loss + t.f64() * (log_sum - y.f64()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn both_derivatives_agree_with_central_differences() {
        let y = array![[0.3, -1.2, 0.0], [4.0, 0.1, 1.0]];
        let t = array![[0.0, 1.0, 0.0], [0.9, 0.05, 0.05]];
        prove(&SoftmaxCrossEntropy, &y, &t);
        prove_curvature(&SoftmaxCrossEntropy, &y, &t);
    }

    /// Worked example 2: outputs (.34, .46, .20), class 1.
    #[test]
    fn the_loss_and_gradient_of_the_lecture() {
        let y: Array2<f64> = array![[0.34f64.ln(), 0.46f64.ln(), 0.20f64.ln()]];
        let t = array![[1.0, 0.0, 0.0]];
        let mut dy = Array2::zeros((1, 3));
        SoftmaxCrossEntropy.backward(y.view(), t.view(), 1.0, dy.view_mut());
        for (by_hand, exact) in dy.iter().zip([-0.66, 0.46, 0.20]) {
            assert!((by_hand - exact).abs() < 1e-15);
        }
        let loss = SoftmaxCrossEntropy.forward(y.view(), t.view());
        assert!((loss - 1.0788096613719298).abs() < 1e-15);
    }

    #[test]
    fn large_logits_have_a_finite_loss() {
        let y: Array2<f64> = array![[1000.0, -1000.0]];
        assert_eq!(
            SoftmaxCrossEntropy.forward(y.view(), array![[0.0, 1.0]].view()),
            2000.0
        );
    }
}
