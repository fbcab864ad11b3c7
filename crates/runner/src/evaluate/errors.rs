//! Of real targets: how far the outputs y are from the targets t, e = t − y.
//!
//! | measure | what it is |
//! |---|---|
//! | MSE | mean e² |
//! | RMSE | √MSE |
//! | MAE | mean abs(e) |
//! | R2 | 1 − mean e² / mean (t − mean t)² |
//! | explained variance | 1 − mean (e − mean e)² / mean (t − mean t)², which no constant error lowers |
//!
//! Of a constant target the last two are 0, or 1 where nothing is wrong, as in scikit-learn.

use ndarray::ArrayView1;

/// Errors of one number of a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// In squared units of the target.
    pub mse: f64,
    /// In units of the target.
    pub rmse: f64,
    /// In units of the target.
    pub mae: f64,
    /// At most 1.
    pub r2: f64,
    /// At most 1.
    pub explained_variance: f64,
}

impl Errors {
    /// Of outputs and targets `[N]`, the cases weighted.
    pub fn of(y: ArrayView1<f64>, t: ArrayView1<f64>, weights: &[f64]) -> Self {
        let cases: f64 = weights.iter().sum();
        let mean = |value: &dyn Fn(f64, f64) -> f64| {
            let weighed = y.iter().zip(t).zip(weights);
            let sum: f64 = weighed.map(|((y, t), w)| w * value(*y, *t)).sum();
            sum / cases
        };
        let mse = mean(&|y, t| (t - y) * (t - y));
        let (bias, center) = (mean(&|y, t| t - y), mean(&|_, t| t));
        let variance = mean(&|y, t| (t - y - bias).powi(2));
        let counted = || t.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let constant = counted().zip(counted().skip(1)).all(|(a, b)| a.0 == b.0);
        let spread = match constant {
            true => 0.0,
            false => mean(&|_, t| (t - center).powi(2)),
        };
        Self {
            mse,
            rmse: mse.sqrt(),
            mae: mean(&|y, t| (t - y).abs()),
            r2: explained(mse, spread),
            explained_variance: explained(variance, spread),
        }
    }
}

/// The share of a spread that is not left.
fn explained(left: f64, spread: f64) -> f64 {
    match (left, spread) {
        (0.0, 0.0) => 1.0,
        (_, 0.0) => 0.0,
        _ => 1.0 - left / spread,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, array};

    fn errors(y: Array1<f64>, t: Array1<f64>) -> Errors {
        let weights = vec![1.0; y.len()];
        Errors::of(y.view(), t.view(), &weights)
    }

    /// e = 1, 1, −1, 3 about a mean of 1; t = 1, 2, 3, 6 about 3, squared 4, 1, 0, 9.
    #[test]
    fn errors_by_hand() {
        let found = errors(array![0.0, 1.0, 4.0, 3.0], array![1.0, 2.0, 3.0, 6.0]);
        let (mse, rmse, mae) = (found.mse, found.rmse, found.mae);
        assert_eq!((mse, rmse, mae), (3.0, 3f64.sqrt(), 1.5));
        assert!((found.r2 - (1.0 - 12.0 / 14.0)).abs() < 1e-15);
        assert!((found.explained_variance - (1.0 - 8.0 / 14.0)).abs() < 1e-15);
    }

    #[test]
    fn of_a_constant_target_nothing_is_explained_or_all() {
        // The mean of three tenths is not a tenth in floating point.
        let t = array![0.1, 0.1, 0.1];
        let wrong = errors(array![0.1, 0.1, 0.2], t.clone());
        assert_eq!((wrong.r2, wrong.explained_variance), (0.0, 0.0));
        let right = errors(t.clone(), t);
        assert_eq!((right.r2, right.explained_variance), (1.0, 1.0));
    }
}
