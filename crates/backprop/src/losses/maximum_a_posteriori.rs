//! The criterion of LeNet-5: the penalty of the right class falls, those of the others rise.
//!
//! Outputs are penalties. With `$c$` the right class, the largest target of a sample, and a rubbish
//! class of the fixed penalty `$j$`, for what is no class at all,
//!
//! ```math
//! L = \frac{1}{N} \sum_n \Big[y_c + \ln\Big(e^{-j} + \sum_k e^{-y_k}\Big)\Big]
//! ```
//!
//! It is the cross-entropy of a softmax of `$-y$` with one class more. With
//! `$p_k = e^{-y_k} / (e^{-j} + \sum_i e^{-y_i})$`
//!
//! ```math
//! dy_k = \frac{1}{N} (\delta_{kc} - p_k), \qquad d^2y_k = \frac{1}{N} \delta_{kc}
//! ```
//!
//! The curvature is not the second derivative of the logarithm, `$p_k (1 - p_k)$`, which vanishes
//! as soon as one class leads: penalties are squared distances
//! ([`SquaredDistance`](crate::layers::SquaredDistance)), and the curvature is in them. It is the
//! weight of each penalty in the first summand, eq. 8 of the paper, whose second derivative by the
//! input of the distances is 2 whatever the others do.
//!
//! The rubbish class bounds the sum from below: once the other penalties are far above `$j$`
//! nothing more is gained by raising them.
//!
//! | | shape |
//! |---|---|
//! | `y` (penalties), `t`, `dy`, `d2y` | `[N, K]` |
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, eq. 9.

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip};

use super::log_sum_exp::log_sum_exp;
use super::{Loss, right_class};

/// `$L = \frac{1}{N} \sum_n [y_c + \ln(e^{-j} + \sum_k e^{-y_k})]$`.
#[derive(Clone, Copy, Debug)]
pub struct MaximumAPosteriori {
    /// `$j$`: the penalty of what is no class at all.
    pub rubbish: f64,
}

impl<T: Real> Loss<T> for MaximumAPosteriori {
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64 {
        Zip::from(y.rows()).and(t.rows()).fold(0.0, |sum, y, t| {
            sum + y[right_class(t)].f64() + self.log_sum(y)
        })
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
            .and(t.rows())
            .for_each(|mut dy, y, t| {
                self.shares(dy.view_mut(), y);
                dy.mapv_inplace(|p| -one_over_n * p);
                dy[right_class(t)] += one_over_n;
            });
    }

    fn curvature(
        &self,
        _: ArrayView2<T>,
        t: ArrayView2<T>,
        one_over_n: T,
        mut d2y: ArrayViewMut2<T>,
    ) {
        d2y.fill(T::zero());
        for (mut d2y, t) in d2y.rows_mut().into_iter().zip(t.rows()) {
            d2y[right_class(t)] = one_over_n;
        }
    }
}

impl MaximumAPosteriori {
    /// `$\ln(e^{-j} + \sum_k e^{-y_k})$` of one sample.
    fn log_sum<T: Real>(&self, y: ArrayView1<T>) -> f64 {
        let exponents = y.iter().map(|y| -y.f64());
        log_sum_exp(exponents.chain([-self.rubbish]))
    }

    /// `$p_k$` of one sample.
    fn shares<T: Real>(&self, p: ArrayViewMut1<T>, y: ArrayView1<T>) {
        let log_sum = self.log_sum(y);
        Zip::from(p)
            .and(y)
            .for_each(|p, &y| *p = T::of((-y.f64() - log_sum).exp()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::prove;
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_gradient_agrees_with_central_differences() {
        let y = array![[0.3, 1.2, 0.0], [4.0, 0.1, 1.0], [-2.0, 7.0, 0.5]];
        let t = array![[0.0, 1.0, 0.0], [0.9, 0.05, 0.05], [0.0, 0.0, 1.0]];
        for rubbish in [1.0, 0.1, 5.0] {
            prove(&MaximumAPosteriori { rubbish }, &y, &t);
        }
    }

    #[test]
    fn values_worked_by_hand() {
        // e⁻ʸ = 1/2, 1/4 and e⁻ʲ = 1/4 sum to 1, so p = 1/2, 1/4 and the logarithm is 0.
        let loss = MaximumAPosteriori { rubbish: 4f64.ln() };
        let (y, t) = (array![[2f64.ln(), 4f64.ln()]], array![[1.0, 0.0]]);
        assert!((loss.forward(y.view(), t.view()) - 2f64.ln()).abs() < 1e-15);
        let mut dy = Array2::zeros((1, 2));
        loss.backward(y.view(), t.view(), 1.0, dy.view_mut());
        let mut d2y = Array2::zeros((1, 2));
        loss.curvature(y.view(), t.view(), 1.0, d2y.view_mut());
        let found = dy.iter().chain(&d2y);
        for (by_hand, exact) in found.zip([0.5, -0.25, 1.0, 0.0]) {
            assert!((by_hand - exact).abs() < 1e-15);
        }
    }

    #[test]
    fn without_a_near_rubbish_class_it_is_the_cross_entropy_of_minus_y() {
        let (y, t) = (array![[0.3, 1.2, -0.4]], array![[0.0, 1.0, 0.0]]);
        let far = MaximumAPosteriori { rubbish: 1e6 };
        let other = super::super::SoftmaxCrossEntropy.forward((-&y).view(), t.view());
        assert!((far.forward(y.view(), t.view()) - other).abs() < 1e-14);
    }

    #[test]
    fn large_penalties_have_a_finite_loss_and_a_nan_passes() {
        let criterion = MaximumAPosteriori { rubbish: 1.0 };
        let loss = |y: Array2<f64>| criterion.forward(y.view(), array![[1.0, 0.0]].view());
        assert_eq!(loss(array![[1000.0, -1000.0]]), 2000.0);
        // Where all penalties are large the rubbish class is the likeliest.
        assert_eq!(loss(array![[1000.0, 1000.0]]), 999.0);
        assert!(loss(array![[0.0, f64::NAN]]).is_nan());
    }
}
