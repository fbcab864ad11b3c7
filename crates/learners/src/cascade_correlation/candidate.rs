//! Candidates: units on trial, which learn to covary with the errors that are left.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Ix1};

use super::network::{derivative, respond};
use super::quickprop::{Memory, Quickprop};

/// The errors that are left, E, as candidates see them: (E − mean E) / Σ E², `[K, N]`, each output
/// about its own mean and all by the same sum. So the covariance with a value V is one product,
/// which needs no mean of V.
pub fn residual(errors: &Array2<f64>) -> Array2<f64> {
    let squares: f64 = errors.iter().map(|e| e * e).sum();
    let samples = errors.ncols() as f64;
    let means = errors.sum_axis(Axis(1)) / samples;
    (errors - &means.insert_axis(Axis(1))) / squares
}

/// Covariance of a value `[N]` with each output's error, `[K]`.
pub fn covariance(value: &Array1<f64>, residual: ArrayView2<'_, f64>) -> Array1<f64> {
    residual.dot(value)
}

/// S = Σₒ |covariance with error o|.
pub fn score(covariance: &Array1<f64>) -> f64 {
    covariance.iter().map(|c| c.abs()).sum()
}

/// −∂S/∂w `[U]` of a unit with this value, its covariances having these signs: quickprop goes down.
pub fn slope(
    value: &Array1<f64>,
    signs: ArrayView1<'_, f64>,
    values: ArrayView2<'_, f64>,
    residual: ArrayView2<'_, f64>,
) -> Array1<f64> {
    let mut direction = Array1::zeros(value.len());
    for (&sign, residual) in signs.iter().zip(residual.rows()) {
        direction.scaled_add(-sign, &residual);
    }
    direction.zip_mut_with(value, |d, &f| *d *= derivative(f));
    values.dot(&direction)
}

/// A unit on trial.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// `[U]`
    pub weight: Array1<f64>,
    memory: Memory<Ix1>,
    /// With each output's error, `[K]`: that of the weights before the last step.
    pub covariance: Array1<f64>,
}

impl Candidate {
    /// With these weights; an epoch for its covariance alone, of which the first step needs the
    /// signs.
    pub fn new(
        weight: Array1<f64>,
        values: ArrayView2<'_, f64>,
        residual: ArrayView2<'_, f64>,
    ) -> Self {
        Self {
            covariance: covariance(&respond(weight.view(), values), residual),
            memory: Memory::new(weight.raw_dim()),
            weight,
        }
    }

    /// A step uphill on S. The signs are those of the epoch before: with those of this one each
    /// epoch would have to look at all samples twice.
    pub fn epoch(
        &mut self,
        rule: Quickprop,
        values: ArrayView2<'_, f64>,
        residual: ArrayView2<'_, f64>,
    ) {
        let value = respond(self.weight.view(), values);
        let signs = self.covariance.mapv(|c| if c < 0.0 { -1.0 } else { 1.0 });
        let slope = slope(&value, signs.view(), values, residual);
        self.covariance = covariance(&value, residual);
        rule.update(&mut self.weight, &slope, &mut self.memory);
    }

    /// S, as far as it is known.
    pub fn score(&self) -> f64 {
        score(&self.covariance)
    }
}
