//! Kullback-Leibler divergence of softmax outputs from the targets, on logits.
//!
//! With `$p = \operatorname{softmax}(y)$`, targets that sum to 1, and `$0 \ln 0 = 0$`
//!
//! ```math
//! L = \frac{1}{N} \sum_n \mathrm{KL}(t_n \,\|\, p_n)
//!   = \frac{1}{N} \sum_n \sum_k t_{nk} \ln \frac{t_{nk}}{p_{nk}}
//! ```
//!
//! This is the cross-entropy less the entropy of the targets. That is a constant, so both
//! derivatives are those of [`super::softmax_cross_entropy`]:
//!
//! ```math
//! dy = \frac{1}{N} (p - t), \qquad d^2y = \frac{1}{N} p (1 - p)
//! ```
//!
//! For one-hot targets the losses are the same too; for soft ones this one is 0 at its minimum.
//!
//! | | shape |
//! |---|---|
//! | `y` (logits), `t`, `dy`, `d2y` | `[N, K]` |
//!
//! Source: Kullback & Leibler 1951; Bishop 2006, eq. 1.113.

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2, Zip};

use super::log_sum_exp::log_sum_exp;
use super::{Loss, SoftmaxCrossEntropy};

/// `$L = \frac{1}{N} \sum t \ln (t / \operatorname{softmax}(y))$`.
#[derive(Clone, Copy, Debug)]
pub struct KlDivergence;

impl<T: Real> Loss<T> for KlDivergence {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y.rows())
            .and(t.rows())
            .fold(0.0, |sum, y, t| sum + divergence(y, t))
    }

    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>) {
        SoftmaxCrossEntropy.backward(y, t, one_over_n, dy);
    }

    fn curvature(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, d2y: ArrayViewMut2<T>) {
        SoftmaxCrossEntropy.curvature(y, t, one_over_n, d2y);
    }
}

/// `$\sum_k t_k (\ln t_k - \ln p_k)$` of one sample.
fn divergence<T: Real>(y: ArrayView1<T>, t: ArrayView1<T>) -> f64 {
    let log_sum = log_sum_exp(y.iter().map(|y| y.f64()));
    Zip::from(y).and(t).fold(0.0, |sum, &y, &t| match t.f64() {
        0.0 => sum,
        t => sum + t * (t.ln() - (y.f64() - log_sum)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn both_derivatives_agree_with_central_differences() {
        let y = array![[0.3, -1.2, 0.0], [4.0, 0.1, 1.0]];
        let t = array![[0.0, 1.0, 0.0], [0.7, 0.2, 0.1]];
        prove(&KlDivergence, &y, &t);
        prove_curvature(&KlDivergence, &y, &t);
    }

    #[test]
    fn of_a_coin_from_a_biased_one() {
        // 1/2 ln (1/2 : 1/4) + 1/2 ln (1/2 : 3/4) = 1/2 ln 4/3
        let y: Array2<f64> = array![[0.0, 3f64.ln()]];
        let loss = KlDivergence.forward(y.view(), array![[0.5, 0.5]].view());
        assert!((loss - 0.5 * (4f64 / 3.0).ln()).abs() < 1e-15);
    }

    #[test]
    fn outputs_equal_to_soft_targets_cost_nothing() {
        let t: Array2<f64> = array![[0.7, 0.2, 0.1]];
        let loss = KlDivergence.forward(t.ln().view(), t.view());
        assert!(loss.abs() < 1e-15);
    }

    #[test]
    fn large_logits_have_a_finite_loss_and_a_nan_passes() {
        let y: Array2<f64> = array![[1000.0, -1000.0]];
        let t = array![[0.0, 1.0]];
        assert_eq!(KlDivergence.forward(y.view(), t.view()), 2000.0);
        let y = array![[f64::NAN, 0.0]];
        assert!(KlDivergence.forward(y.view(), t.view()).is_nan());
    }
}
