//! How well a map shows its samples.

use ndarray::{Array1, Axis};
use spec::measures::Values;

use super::Som;
use crate::Data;
use crate::winners::{Winner, squared_distance};

impl Som {
    /// Share of samples whose two nearest units are no neighbours; not a number of a single unit.
    fn topographic_error(&self, won: &[Winner]) -> f64 {
        if self.units() == 1 {
            return f64::NAN;
        }
        let torn = |won: &&Winner| !self.sheet.are_neighbors(won.first, won.second);
        won.iter().filter(torn).count() as f64 / won.len() as f64
    }

    /// What is measured of a pass.
    pub(super) fn measured(&self, data: &Data, won: &[Winner]) -> Values {
        let count = won.len() as f64;
        let distances: f64 = won.iter().map(|won| won.squared.sqrt()).sum();
        let squares: f64 = won.iter().map(|won| won.squared).sum();
        let spread: f64 = spread(data).sum();
        let unused = self.units() - self.labels.used().len();
        let measured = Values::from([
            ("quantization_error".into(), distances / count),
            ("topographic_error".into(), self.topographic_error(won)),
            ("explained_variance".into(), 1.0 - squares / spread),
            ("units_without_samples".into(), unused as f64),
        ]);
        let is_number = |(_, value): &(String, f64)| value.is_finite();
        measured.into_iter().filter(is_number).collect()
    }

    /// Mean distance of each unit from its neighbours in the sheet `[J]`; 0 of a single unit.
    pub(super) fn u_matrix(&self) -> Array1<f64> {
        let mean = |unit: usize| {
            let neighbors = self.sheet.neighbors(unit);
            let distance =
                |&other: &usize| squared_distance(self.w.row(unit), self.w.row(other)).sqrt();
            let sum: f64 = neighbors.iter().map(distance).sum();
            sum / neighbors.len().max(1) as f64
        };
        (0..self.units()).map(mean).collect()
    }
}

/// Σ (x − mean)² of each input `[D]`.
pub fn spread(data: &Data) -> Array1<f64> {
    let Some(mean) = data.x.mean_axis(Axis(0)) else {
        return Array1::zeros(data.x.ncols());
    };
    let mut spread = Array1::zeros(mean.len());
    for x in data.x.rows() {
        let apart = &x - &mean;
        spread += &(&apart * &apart);
    }
    spread
}
