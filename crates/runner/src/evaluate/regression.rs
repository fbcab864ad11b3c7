//! All measures of outputs for real targets.

use ndarray::{Array2, Axis};

use super::errors::Errors;
use super::measures::{Measures, Name, Share};

/// Outputs for real targets.
#[derive(Clone, Debug)]
pub struct Regression {
    /// The names of the numbers of a target.
    pub targets: Vec<String>,
    /// Outputs `[N, targets]`.
    pub y: Array2<f64>,
    /// Targets `[N, targets]`.
    pub t: Array2<f64>,
}

/// Of one number of a target, or the mean over them.
const MEASURES: [&str; 5] = ["MSE", "RMSE", "MAE", "R2", "explained variance"];
/// The mean over the numbers of a target, each counted alike.
pub const MEAN: &str = "mean";

impl Measures for Regression {
    fn names(&self) -> Vec<Name> {
        let mean = (self.targets.len() > 1).then_some(MEAN);
        let all = self.targets.iter().map(String::as_str).chain(mean);
        all.flat_map(|of| MEASURES.map(|measure| Name::new(measure, of)))
            .collect()
    }

    fn values(&self, weights: &[f64]) -> Vec<f64> {
        let columns = self.y.axis_iter(Axis(1)).zip(self.t.axis_iter(Axis(1)));
        let numbers = columns.map(|(y, t)| {
            let errors = Errors::of(y, t, weights);
            let explained = errors.explained_variance;
            [errors.mse, errors.rmse, errors.mae, errors.r2, explained]
        });
        let numbers: Vec<[f64; MEASURES.len()]> = numbers.collect();
        let mut values: Vec<f64> = numbers.iter().flatten().copied().collect();
        if numbers.len() > 1 {
            for measure in 0..MEASURES.len() {
                let all = numbers.iter().map(|numbers| numbers[measure]);
                values.push(all.sum::<f64>() / numbers.len() as f64);
            }
        }
        values
    }

    fn shares(&self) -> Vec<Option<Share>> {
        vec![None; self.names().len()]
    }
}
