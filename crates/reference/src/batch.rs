//! The loss of samples that do not all count alike, or have targets at each position.
//!
//! Samples that count alike are a batch of their own: rows of one weight are selected, padding is
//! not, and the means are put together.

use burn::tensor::{Device, Int, Tensor};
use contract::Batch;

use crate::BurnReal;
use crate::loss::Loss;
use crate::tensors::to_burn;

/// The mean loss of a batch with the outputs `y` `[N, D_out]`; `t` are its targets as a tensor.
pub(crate) fn mean<T: BurnReal>(
    loss: &dyn Loss,
    y: Tensor<2>,
    t: Tensor<2>,
    batch: Batch<T>,
) -> Tensor<1> {
    if batch.is_plain() {
        return loss.mean(y, t);
    }
    let device = y.device();
    let (y, t) = (by_positions(y, batch), by_positions(t, batch));
    let mut mean = y.clone().sum().mul_scalar(0.0);
    for (weight, rows) in by_weight(batch) {
        let share = weight * rows.len() as f64 / batch.losses() as f64;
        let rows = Tensor::<1, Int>::from_ints(rows.as_slice(), &device);
        let (y, t) = (y.clone().select(0, rows.clone()), t.clone().select(0, rows));
        mean = mean + loss.mean(y, t).mul_scalar(share);
    }
    mean
}

/// ∂²L/∂y² of it without the terms off the diagonal, `[N, D_out]`.
pub(crate) fn curvature<T: BurnReal>(
    loss: &dyn Loss,
    y: Tensor<2>,
    t: Tensor<2>,
    batch: Batch<T>,
    device: &Device,
) -> Tensor<2> {
    if batch.is_plain() {
        return loss.curvature(y, t);
    }
    let shape = y.dims();
    let of_rows = loss.curvature(by_positions(y, batch), by_positions(t, batch));
    // Of a mean over all rows, padding among them, in the place of that over losses.
    let rows = batch.len() * batch.positions;
    let scale = rows as f64 / batch.losses() as f64;
    let mut factors = vec![T::zero(); rows];
    for (weight, rows) in by_weight(batch) {
        rows.into_iter()
            .for_each(|row| factors[row as usize] = T::of(weight * scale));
    }
    let factors = ndarray::Array2::from_shape_vec((rows, 1), factors);
    let factors = factors.expect("a factor for each row");
    (of_rows * to_burn(factors.view(), device)).reshape(shape)
}

/// Outputs or targets of all positions, row by row, `[N P, K]`.
fn by_positions<T: Copy>(of: Tensor<2>, batch: Batch<T>) -> Tensor<2> {
    let [samples, width] = of.dims();
    of.reshape([samples * batch.positions, width / batch.positions])
}

/// The rows that are no padding, together with those of the same weight; none of weight 0.
fn by_weight<T: BurnReal>(batch: Batch<T>) -> Vec<(f64, Vec<i32>)> {
    let mut groups: Vec<(f64, Vec<i32>)> = Vec::new();
    for sample in 0..batch.len() {
        let weight = batch.weight(sample).map_or(1.0, |weight| weight.f64());
        let first = sample * batch.positions;
        let rows = (first..first + batch.length(sample)).map(|row| row as i32);
        match groups.iter_mut().find(|(of, _)| *of == weight) {
            _ if weight == 0.0 => {}
            Some((_, group)) => group.extend(rows),
            None => groups.push((weight, rows.collect())),
        }
    }
    groups
}
