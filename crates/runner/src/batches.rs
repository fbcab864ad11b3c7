//! Which samples make a batch, and the batch as numbers.

use datasets::{Samples, Target};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use rand::seq::SliceRandom;
use spec::{Real, Streams};

/// The order of the training samples in an epoch (from 1): the same for every implementation.
pub fn order(samples: usize, shuffle: bool, epoch: usize, streams: &Streams) -> Vec<usize> {
    let mut order: Vec<usize> = (0..samples).collect();
    if shuffle {
        order.shuffle(&mut streams.stream(&format!("shuffle/{epoch}")));
    }
    order
}

/// A batch that is filled again and again: inputs `[N, D_in]` and targets `[N, D_out]`.
pub struct Batch<T> {
    x: Array2<T>,
    t: Array2<T>,
}

impl<T: Real> Batch<T> {
    /// A batch of at most `rows` samples.
    pub fn new(rows: usize, inputs: usize, outputs: usize) -> Self {
        Self {
            x: Array2::zeros((rows, inputs)),
            t: Array2::zeros((rows, outputs)),
        }
    }

    /// The chosen samples as inputs and targets.
    pub fn fill(
        &mut self,
        samples: &Samples,
        target: &Target,
        rows: &[usize],
    ) -> (ArrayView2<'_, T>, ArrayView2<'_, T>) {
        let n = rows.len();
        samples.gather(rows, self.x.slice_mut(s![..n, ..]));
        encode(samples, target, rows, self.t.slice_mut(s![..n, ..]));
        (self.x.slice(s![..n, ..]), self.t.slice(s![..n, ..]))
    }
}

/// Targets as numbers: a class is one-hot, or 0 or 1 where two classes share one output; a real
/// target is itself.
fn encode<T: Real>(samples: &Samples, target: &Target, rows: &[usize], mut t: ArrayViewMut2<T>) {
    match target {
        Target::Classes { .. } => {
            let labels = samples.labels().unwrap_or_default();
            let shared = t.ncols() == 1;
            for (mut t, &row) in t.rows_mut().into_iter().zip(rows) {
                t.fill(T::zero());
                match shared {
                    true => t[0] = T::of(labels[row] as f64),
                    false => t[labels[row]] = T::one(),
                }
            }
        }
        Target::Real { .. } => {
            let values = samples.values().unwrap_or_default();
            for (mut t, &row) in t.rows_mut().into_iter().zip(rows) {
                t[0] = T::of(values[row]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_takes_every_sample_once_in_an_order_of_its_own() {
        let streams = Streams::new(3);
        let first = order(100, true, 1, &streams);
        assert_ne!(first, order(100, true, 2, &streams));
        assert_eq!(first, order(100, true, 1, &streams));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, order(100, false, 1, &streams));
    }
}
