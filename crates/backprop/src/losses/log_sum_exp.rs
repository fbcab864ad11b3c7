//! Logarithm of a sum of exponentials, of one sample.
//!
//! ```math
//! \ln \sum_k e^{z_k} = m + \ln \sum_k e^{z_k - m}, \qquad m = \max_k z_k
//! ```
//!
//! The largest exponent is then 0: no exponential overflows, and the logarithm meets no 0. With it
//! the logarithm of a softmax is `$\ln p_k = z_k - \ln \sum_j e^{z_j}$`, a difference and no
//! quotient.

/// `$\ln \sum_k e^{z_k}$`.
pub(super) fn log_sum_exp(z: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = z.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + z.map(|z| (z - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_exponents_do_not_overflow() {
        let of = |z: &[f64]| log_sum_exp(z.iter().copied());
        assert_eq!(of(&[1000.0, -1000.0]), 1000.0);
        assert_eq!(of(&[-1000.0]), -1000.0);
        assert!((of(&[1000.0, 1000.0]) - 1000.0 - std::f64::consts::LN_2).abs() < 1e-12);
        assert!((of(&[1f64.ln(), 2f64.ln(), 4f64.ln()]) - 7f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn a_nan_passes() {
        assert!(log_sum_exp([0.0, f64::NAN, 1.0].into_iter()).is_nan());
    }
}
