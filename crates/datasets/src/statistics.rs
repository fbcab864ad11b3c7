//! Mean, deviation and median, for all crates that have need of them.
//!
//! Sums go from the first value to the last: what is scaled by them has the same bits on every
//! machine.

/// Arithmetic mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// What a standard deviation is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of all there are: the squared distances from the mean are divided by their number n.
    Population,
    /// Of a sample of them: divided by n − 1 (Bessel's correction); NaN of a single value.
    Sample,
}

/// Standard deviation, in the unit of the values.
pub fn deviation(values: &[f64], of: Of) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let count = values.len() as f64;
    let divisor = match of {
        Of::Population => count,
        Of::Sample => count - 1.0,
    };
    (squares / divisor).sqrt()
}

/// The middle value in order, of an even number the mean of the two in the middle; NaN of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        // Each halved, so that two large ones do not overflow.
        _ => sorted[middle - 1] / 2.0 + sorted[middle] / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_by_hand() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&values), 5.0);
        assert_eq!(deviation(&values, Of::Population), 2.0);
        assert_eq!(median(&values), 4.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        let sample = deviation(&[2.0, 4.0, 4.0, 6.0], Of::Sample);
        assert!((sample - (8.0f64 / 3.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn nothing_has_neither_mean_nor_median() {
        assert!(mean(&[]).is_nan() && median(&[]).is_nan());
        assert!(deviation(&[1.0], Of::Sample).is_nan());
    }
}
