//! Sums of exponentials that neither overflow nor vanish.

/// ln Σ exp.
pub fn log_sum_exp(x: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = x.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + x.map(|x| (x - largest).exp()).sum::<f64>().ln()
}

/// ln(1 + eᶻ).
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_small_numbers_are_summed() {
        let two = log_sum_exp([1000.0, 1000.0].into_iter());
        assert_eq!(two, 1000.0 + 2.0_f64.ln());
        assert_eq!(
            log_sum_exp([-1000.0, f64::NEG_INFINITY].into_iter()),
            -1000.0
        );
        assert_eq!([softplus(1000.0), softplus(-1000.0)], [1000.0, 0.0]);
        assert!((softplus(0.5) - (1.0 + 0.5_f64.exp()).ln()).abs() < 1e-15);
    }
}
