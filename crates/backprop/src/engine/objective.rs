//! The loss of some samples that do not all count alike, or have targets at each position.
//!
//! Losses know rows of outputs and targets, and each row by itself (`losses.rs`). Here a sample is
//! one row for each of its positions; padding and weights are seen to here and nowhere else.

use contract::{Batch, Real};
use ndarray::{ArrayView2, ArrayViewMut2, s};

use crate::losses::Loss;

/// `$\sum_n \sum_{p < P_n} w_n E_{np}$` with the outputs `y` `[N, P K]`.
pub fn forward<T: Real>(loss: &dyn Loss<T>, y: ArrayView2<T>, batch: Batch<T>) -> f64 {
    if batch.is_plain() {
        return loss.forward(y, batch.t);
    }
    let of_sample = |sample: usize| {
        let length = batch.length(sample);
        let (y, t) = (
            positions(y, &batch, sample),
            positions(batch.t, &batch, sample),
        );
        let sum = loss.forward(y.slice(s![..length, ..]), t.slice(s![..length, ..]));
        batch
            .weight(sample)
            .map_or(sum, |weight| weight.f64() * sum)
    };
    (0..batch.len()).map(of_sample).sum()
}

/// [`Loss::backward`] of all samples, with `mean` one over the losses of the whole batch.
pub fn gradient<T: Real>(
    loss: &dyn Loss<T>,
    y: ArrayView2<T>,
    batch: Batch<T>,
    mean: T,
    dy: ArrayViewMut2<T>,
) {
    derivative(
        |y, t, mean, dy| loss.backward(y, t, mean, dy),
        y,
        batch,
        mean,
        dy,
    );
}

/// [`Loss::curvature`], alike.
pub fn curvature<T: Real>(
    loss: &dyn Loss<T>,
    y: ArrayView2<T>,
    batch: Batch<T>,
    mean: T,
    d2y: ArrayViewMut2<T>,
) {
    derivative(
        |y, t, mean, d2y| loss.curvature(y, t, mean, d2y),
        y,
        batch,
        mean,
        d2y,
    );
}

/// A derivative of a loss by all outputs; 0 where there is padding.
fn derivative<T: Real>(
    of_loss: impl Fn(ArrayView2<T>, ArrayView2<T>, T, ArrayViewMut2<T>),
    y: ArrayView2<T>,
    batch: Batch<T>,
    mean: T,
    mut dy: ArrayViewMut2<T>,
) {
    if batch.is_plain() {
        return of_loss(y, batch.t, mean, dy);
    }
    for sample in 0..batch.len() {
        let length = batch.length(sample);
        let (y, t) = (
            positions(y, &batch, sample),
            positions(batch.t, &batch, sample),
        );
        let factor = batch.weight(sample).map_or(mean, |weight| weight * mean);
        let shape = (batch.positions, y.ncols());
        let of_sample = dy.slice_mut(s![sample..=sample, ..]);
        let of_sample = of_sample.into_shape_with_order(shape);
        let of_sample = of_sample.expect("the outputs of a sample lie in one piece");
        let (own, mut padding) = of_sample.split_at(ndarray::Axis(0), length);
        let (y, t) = (y.slice(s![..length, ..]), t.slice(s![..length, ..]));
        of_loss(y, t, factor, own);
        padding.fill(T::zero());
    }
}

/// Outputs or targets of a sample, `[P, K]`.
fn positions<'a, T: Real>(
    of: ArrayView2<'a, T>,
    batch: &Batch<T>,
    sample: usize,
) -> ArrayView2<'a, T> {
    let shape = (batch.positions, of.ncols() / batch.positions);
    let of_sample = of.slice_move(s![sample..=sample, ..]);
    let of_sample = of_sample.into_shape_with_order(shape);
    of_sample.expect("outputs and targets of a sample lie in one piece")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses;
    use ndarray::{Array2, array};
    use spec::training::LossSpec;

    /// Two samples with up to three positions of two outputs, the second padded.
    fn example() -> (Array2<f64>, Array2<f64>) {
        let y = array![
            [0.3, -1.2, 0.5, 2.0, -0.7, 0.1],
            [1.5, 0.2, -0.4, 0.9, 9.0, 9.0]
        ];
        let t = array![
            [1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
            [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]
        ];
        (y, t)
    }

    #[test]
    fn weights_and_padding_by_hand() {
        let (y, t) = example();
        let loss = losses::build::<f64>(LossSpec::SoftmaxCrossEntropy);
        let one = |sample: usize, position: usize| {
            let part = s![sample..=sample, 2 * position..2 * position + 2];
            loss.forward(y.slice(part), t.slice(part))
        };
        let batch = Batch {
            positions: 3,
            lengths: Some(&[3, 2]),
            weights: Some(&[0.5, 4.0]),
            ..Batch::new(y.view(), t.view())
        };
        let expected = 0.5 * (one(0, 0) + one(0, 1) + one(0, 2)) + 4.0 * (one(1, 0) + one(1, 1));
        let found = forward(&*loss, y.view(), batch);
        assert!((found - expected).abs() < 1e-14, "{found}, {expected}");
    }

    #[test]
    fn the_derivative_is_that_of_central_differences_and_0_on_padding() {
        let (y, t) = example();
        for spec in [LossSpec::SoftmaxCrossEntropy, LossSpec::SquaredError] {
            let loss = losses::build::<f64>(spec);
            let batch = Batch {
                positions: 3,
                lengths: Some(&[3, 2]),
                weights: Some(&[0.5, 4.0]),
                ..Batch::new(y.view(), t.view())
            };
            let mean = 1.0 / batch.losses() as f64;
            let mut dy = Array2::from_elem(y.raw_dim(), f64::NAN);
            gradient(&*loss, y.view(), batch, mean, dy.view_mut());
            for (place, &by_hand) in dy.indexed_iter() {
                let moved = |by: f64| {
                    let mut y = y.clone();
                    y[place] += by;
                    mean * forward(&*loss, y.view(), batch)
                };
                let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!(
                    (by_hand - difference).abs() < 1e-9,
                    "{place:?}: {by_hand}, {difference}"
                );
            }
            assert_eq!((dy[[1, 4]], dy[[1, 5]]), (0.0, 0.0));
        }
    }
}
