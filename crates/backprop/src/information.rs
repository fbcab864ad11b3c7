//! Entropy, cross-entropy and Kullback-Leibler divergence of distributions over classes.
//!
//! With the natural logarithm and `$0 \ln 0 = 0$`
//!
//! ```math
//! H(p) = -\sum_k p_k \ln p_k, \qquad
//!   H(p, q) = -\sum_k p_k \ln q_k, \qquad
//!   \mathrm{KL}(p \,\|\, q) = \sum_k p_k \ln \frac{p_k}{q_k}
//! ```
//!
//! so that `$H(p, q) = \mathrm{KL}(p \,\|\, q) + H(p)$`. Where `$q_k = 0$` but `$p_k > 0$` the last
//! two are infinite. The losses [`crate::losses::SoftmaxCrossEntropy`] and
//! [`crate::losses::KlDivergence`] compute them from logits.
//!
//! Source: Shannon 1948; Kullback & Leibler 1951; Bishop 2006, eqs. 1.98 and 1.113.

use contract::Real;

/// `$H(p) = -\sum_k p_k \ln p_k$`.
pub fn entropy<T: Real>(p: &[T]) -> f64 {
    cross_entropy(p, p)
}

/// `$H(p, q) = -\sum_k p_k \ln q_k$`.
///
/// # Panics
/// When the distributions are not over equally many classes.
pub fn cross_entropy<T: Real>(p: &[T], q: &[T]) -> f64 {
    sum(p, q, |p, q| -p * q.ln())
}

/// `$\mathrm{KL}(p \,\|\, q) = \sum_k p_k \ln (p_k / q_k)$`.
///
/// # Panics
/// When the distributions are not over equally many classes.
pub fn kl_divergence<T: Real>(p: &[T], q: &[T]) -> f64 {
    sum(p, q, |p, q| p * (p / q).ln())
}

/// `$\sum_k term(p_k, q_k)$` over the classes with `$p_k \ne 0$`.
fn sum<T: Real>(p: &[T], q: &[T], term: impl Fn(f64, f64) -> f64) -> f64 {
    assert_eq!(p.len(), q.len(), "distributions over different classes");
    let pairs = p.iter().zip(q).map(|(p, q)| (p.f64(), q.f64()));
    pairs
        .filter(|&(p, _)| p != 0.0)
        .fold(0.0, |sum, (p, q)| sum + term(p, q))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::{BinaryCrossEntropy, KlDivergence, Loss, SoftmaxCrossEntropy};
    use ndarray::ArrayView2;
    use proptest::prelude::*;
    use std::f64::consts::LN_2;

    #[test]
    fn a_fair_coin_has_an_entropy_of_ln_2_and_certainty_none() {
        assert!((entropy(&[0.5, 0.5]) - LN_2).abs() < 1e-15);
        assert_eq!(entropy(&[0.0, 1.0]), 0.0);
        // 1/2 · 1 + 1/4 · 2 + 2 · 1/8 · 3 = 1.75 bits
        assert!((entropy(&[0.5f32, 0.25, 0.125, 0.125]) - 1.75 * LN_2).abs() < 1e-15);
    }

    #[test]
    fn what_q_holds_impossible_costs_infinitely_much() {
        let (p, q) = ([0.5, 0.5], [1.0, 0.0]);
        assert_eq!(cross_entropy(&p, &q), f64::INFINITY);
        assert_eq!(kl_divergence(&p, &q), f64::INFINITY);
        assert_eq!(kl_divergence(&q, &p), LN_2);
        assert!(cross_entropy(&[f64::NAN, 1.0], &p).is_nan());
    }

    /// Two distributions over the same classes, with zeros among them.
    fn distributions() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        let weight = || prop_oneof![1 => Just(0.0), 3 => 1e-6..1.0];
        let pairs = prop::collection::vec((weight(), weight()), 1..8);
        pairs.prop_filter_map("all weights are 0", |pairs| {
            let (p, q): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let normal = |weights: Vec<f64>| {
                let sum: f64 = weights.iter().sum();
                (sum > 0.0).then(|| weights.into_iter().map(|w| w / sum).collect())
            };
            Some((normal(p)?, normal(q)?))
        })
    }

    fn row(values: &[f64]) -> ArrayView2<'_, f64> {
        ArrayView2::from_shape((1, values.len()), values).unwrap()
    }

    /// Equal to rounding, or both infinite.
    fn close(a: f64, b: f64) -> bool {
        a == b || (a - b).abs() < 1e-12
    }

    proptest! {
        #[test]
        fn cross_entropy_is_divergence_plus_entropy((p, q) in distributions()) {
            let (whole, parts) = (cross_entropy(&p, &q), kl_divergence(&p, &q) + entropy(&p));
            prop_assert!(close(whole, parts), "{} and {}", whole, parts);
        }

        #[test]
        fn divergence_is_never_negative_and_nothing_from_itself((p, q) in distributions()) {
            prop_assert!(kl_divergence(&p, &q) > -1e-15);
            prop_assert_eq!(kl_divergence(&p, &p), 0.0);
            prop_assert!(entropy(&p) >= 0.0 && entropy(&p) <= (p.len() as f64).ln() + 1e-12);
        }

        /// ln q are logits of q.
        #[test]
        fn losses_on_logits_agree((p, q) in distributions()) {
            prop_assume!(q.iter().all(|&q| q > 0.0));
            let y: Vec<f64> = q.iter().map(|q| q.ln()).collect();
            let (y, t) = (row(&y), row(&p));
            prop_assert!(close(SoftmaxCrossEntropy.forward(y, t), cross_entropy(&p, &q)));
            prop_assert!(close(KlDivergence.forward(y, t), kl_divergence(&p, &q)));
        }

        #[test]
        fn the_loss_of_one_output_is_that_of_two_classes(y in -20f64..20.0, t in 0f64..=1.0) {
            let p = 1.0 / (1.0 + (-y).exp());
            let loss = BinaryCrossEntropy.forward(row(&[y]), row(&[t]));
            let two = cross_entropy(&[t, 1.0 - t], &[p, 1.0 / (1.0 + y.exp())]);
            prop_assert!(close(loss, two), "{} and {}", loss, two);
        }
    }
}
