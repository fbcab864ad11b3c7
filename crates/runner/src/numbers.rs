//! Numbers as people read them, in tables and in lines of progress. Files have all their digits.

/// From here on the scientific form.
pub const LARGE: f64 = 1e6;
/// Below here too, but for 0.
const SMALL: f64 = 1e-4;

/// A number with so many decimals; in scientific form where that would be long or nothing but
/// zeros.
pub fn number(value: f64, decimals: usize) -> String {
    let size = value.abs();
    if value == 0.0 || (SMALL..LARGE).contains(&size) || !value.is_finite() {
        format!("{value:.decimals$}")
    } else {
        format!("{value:.3e}")
    }
}

/// A number with so many digits that mean something; zeros at the end are left out.
pub fn significant(value: f64, digits: usize) -> String {
    let short = format!("{value:.*e}", digits.saturating_sub(1));
    let rounded: f64 = short.parse().unwrap_or(value);
    let size = rounded.abs();
    match rounded == 0.0 || (SMALL..1e12).contains(&size) || !rounded.is_finite() {
        true => format!("{rounded}"),
        false => format!("{rounded:e}"),
    }
}

/// A share in percent, without the sign. What is almost nothing is 0.
pub fn percent(share: f64, decimals: usize) -> String {
    match 100.0 * share {
        percent if percent.abs() < SMALL => format!("{:.decimals$}", 0.0),
        percent => number(percent, decimals),
    }
}

/// The nearest number of three digits, for advice: what is typed, not what was computed.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_longer_than_a_column() {
        assert_eq!(number(0.123456, 5), "0.12346");
        assert_eq!(number(-999_999.0, 4), "-999999.0000");
        assert_eq!(number(1e58, 5), "1.000e58");
        assert_eq!(number(-1e6, 5), "-1.000e6");
        assert_eq!(number(0.0, 5), "0.00000");
        assert_eq!(number(1e-4, 5), "0.00010");
        assert_eq!(number(9.9e-5, 5), "9.900e-5");
        assert_eq!(number(f64::NAN, 5), "NaN");
        assert_eq!(number(f64::INFINITY, 5), "inf");
        for power in -300..300 {
            assert!(number(-1.234_567_8 * 10f64.powi(power), 5).len() <= 13);
        }
    }

    #[test]
    fn rounding_in_a_share_is_nothing() {
        assert_eq!(percent(0.97123456, 2), "97.12");
        assert_eq!(percent(1.4e-17, 4), "0.0000");
        assert_eq!(percent(1e20, 4), "1.000e22");
    }

    #[test]
    fn zeros_that_mean_nothing_are_left_out() {
        assert_eq!(significant(2.0, 6), "2");
        assert_eq!(significant(-3_482_258.634_595_818, 10), "-3482258.635");
        assert_eq!(significant(1.0 / 3.0, 4), "0.3333");
        assert_eq!(significant(1.234e-9, 3), "1.23e-9");
        assert_eq!(significant(f64::NAN, 3), "NaN");
    }

    #[test]
    fn advice_has_three_digits() {
        assert_eq!(rounded(0.07 / 10.0).to_string(), "0.007");
        assert_eq!(rounded(1e29), 1e29);
    }
}
