//! Where the units of a map begin.

use faer::Side;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use rand::seq::SliceRandom;
use spec::learners::{SomInitial, SomSpec};

use crate::Data;
use crate::linear_algebra::{faer, ndarray};

/// Weights `[J, D]` before the first pass.
pub fn weights(settings: &SomSpec, data: &Data) -> Array2<f64> {
    match settings.initial {
        SomInitial::Pca => plane(settings, data),
        SomInitial::Samples => samples(settings, data),
    }
}

/// Units at samples that are drawn; each sample once before one comes again.
fn samples(settings: &SomSpec, data: &Data) -> Array2<f64> {
    let mut order: Vec<usize> = (0..data.len()).collect();
    order.shuffle(&mut data.streams.stream("initial/som"));
    let drawn: Vec<usize> = order.into_iter().cycle().take(settings.units()).collect();
    data.x.select(Axis(0), &drawn)
}

/// mean + a √λ₁ v₁ + b √λ₂ v₂ with a and b from −1 to 1 along the sides of the sheet, where λ and v
/// are the variances and directions of the first two principal components.
fn plane(settings: &SomSpec, data: &Data) -> Array2<f64> {
    let [rows, columns] = settings.grid;
    let mean = data.x.mean_axis(Axis(0)).unwrap_or_default();
    let axes = principal_axes(data, &mean);
    let axis = |number: usize| {
        axes.get(number)
            .cloned()
            .unwrap_or(Array1::zeros(mean.len()))
    };
    let (mut of_rows, mut of_columns) = (axis(0), axis(1));
    if columns > rows {
        std::mem::swap(&mut of_rows, &mut of_columns);
    }
    let along = |i: usize, count: usize| match count {
        1 => 0.0,
        _ => 2.0 * i as f64 / (count - 1) as f64 - 1.0,
    };
    let mut w = Array2::zeros((rows * columns, mean.len()));
    for (unit, mut w) in w.rows_mut().into_iter().enumerate() {
        w.assign(&mean);
        w.scaled_add(along(unit / columns, rows), &of_rows);
        w.scaled_add(along(unit % columns, columns), &of_columns);
    }
    w
}

/// √λ v of the principal components, the largest first; the largest number of each is above 0.
/// None where they cannot be found.
fn principal_axes(data: &Data, mean: &Array1<f64>) -> Vec<Array1<f64>> {
    let centered = &data.x - mean;
    let covariance = centered.t().dot(&centered) / data.len() as f64;
    let Ok(eigen) = faer(covariance.view()).self_adjoint_eigen(Side::Lower) else {
        return Vec::new();
    };
    let (variances, directions) = (eigen.S().column_vector(), ndarray(eigen.U()));
    let axis = |number: usize| {
        let v = directions.column(number);
        &v * (sign(v) * variances[number].max(0.0).sqrt())
    };
    // The smallest come first.
    (0..mean.len()).rev().take(2).map(axis).collect()
}

/// That of the number with the largest size, the first of several.
fn sign(v: ArrayView1<'_, f64>) -> f64 {
    let larger = |most: f64, v: &f64| if v.abs() > most.abs() { *v } else { most };
    v.iter().fold(0.0, larger).signum()
}
