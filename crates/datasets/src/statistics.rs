//! Mean, deviation, median and interval, for all crates that have need of them.
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

/// The interval that holds the true mean with 95 % confidence, of a sample of `count` values from a
/// normal distribution: mean ± t · s / √n, with the quantile t of Student's distribution. None of
/// fewer than two values.
pub fn interval(mean: f64, deviation: f64, count: usize) -> Option<(f64, f64)> {
    let freedom = count.checked_sub(1).filter(|&freedom| freedom > 0)?;
    let half = student(freedom) * deviation / (count as f64).sqrt();
    Some((mean - half, mean + half))
}

/// The 0.975 quantile of Student's t distribution with so many degrees of freedom, 1 or more;
/// between rows of the table that of the row before, which is the larger.
fn student(freedom: usize) -> f64 {
    const TO_30: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042,
    ];
    const BEYOND: [(usize, f64); 5] = [
        (30, 2.042),
        (40, 2.021),
        (60, 2.000),
        (120, 1.980),
        (1000, 1.962),
    ];
    match TO_30.get(freedom - 1) {
        Some(&quantile) => quantile,
        None => BEYOND
            .iter()
            .rfind(|(from, _)| *from <= freedom)
            .map_or(TO_30[29], |&(_, quantile)| quantile),
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
    fn an_interval_is_as_wide_as_few_values_make_it() {
        // Mean 4, deviation √(8/3), n = 4: 4 ± 3.182 · 0.8165.
        let (low, high) = interval(4.0, (8.0f64 / 3.0).sqrt(), 4).unwrap();
        assert!(
            (low - 1.40189).abs() < 1e-4 && (high - 6.59811).abs() < 1e-4,
            "{low} {high}"
        );
        assert_eq!(
            (student(1), student(30), student(35)),
            (12.706, 2.042, 2.042)
        );
        assert_eq!((student(45), student(5000)), (2.021, 1.962));
        assert_eq!(interval(5.0, 0.0, 2), Some((5.0, 5.0)));
        assert_eq!((interval(1.0, 0.0, 1), interval(0.0, 0.0, 0)), (None, None));
    }

    #[test]
    fn nothing_has_neither_mean_nor_median() {
        assert!(mean(&[]).is_nan() && median(&[]).is_nan());
        assert!(deviation(&[1.0], Of::Sample).is_nan());
    }
}
