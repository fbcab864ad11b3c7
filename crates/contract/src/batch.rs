//! A batch: some samples as numbers.

use std::ops::Range;

use ndarray::{ArrayView2, s};

/// Some samples as an implementation sees them.
///
/// A loss is a mean over samples or, where a sample has targets at each of P positions (a
/// sequence), over positions. With `$E_{np}$` the loss of sample n at position p, `$w_n$` its
/// weight and `$P_n$` its true length,
///
/// ```math
/// L = \frac{1}{\sum_n P_n} \sum_n \sum_{p < P_n} w_n E_{np}
/// ```
///
/// Weights are those of a training set, of which the mean is 1; so they do not change how large a
/// step is on average.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a, T> {
    /// Inputs, `[N, D_in]`.
    pub x: ArrayView2<'a, T>,
    /// Targets, `[N, D_out]`, position behind position: classes are one-hot (or one 0/1 column for
    /// two classes).
    pub t: ArrayView2<'a, T>,
    /// P: targets of a sample; 1 where each has one.
    pub positions: usize,
    /// True length of each sequence, `[N]`: what is behind it is padding. None: nothing is padded.
    pub lengths: Option<&'a [usize]>,
    /// How much each sample counts, `[N]`, 0 or more. None: all count alike.
    pub weights: Option<&'a [T]>,
    /// Whether the samples follow those of the batch before: then a state that is carried goes on,
    /// otherwise it begins anew.
    pub continues: bool,
}

impl<'a, T: Copy> Batch<'a, T> {
    /// Samples with one target each, all of which count alike.
    ///
    /// # Panics
    /// When there are not as many targets as samples.
    pub fn new(x: ArrayView2<'a, T>, t: ArrayView2<'a, T>) -> Self {
        assert_eq!(x.nrows(), t.nrows(), "one target for each sample");
        Self {
            x,
            t,
            positions: 1,
            lengths: None,
            weights: None,
            continues: false,
        }
    }

    /// Number of samples, N.
    pub fn len(&self) -> usize {
        self.x.nrows()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Losses that the mean is taken over: samples, or true positions of all samples.
    pub fn losses(&self) -> usize {
        (0..self.len()).map(|sample| self.length(sample)).sum()
    }

    /// Whether the loss is the plain mean over the samples.
    pub fn is_plain(&self) -> bool {
        self.positions == 1 && self.weights.is_none()
    }

    /// Targets of a sample that are no padding.
    pub fn length(&self, sample: usize) -> usize {
        match self.lengths {
            Some(lengths) if self.positions > 1 => lengths[sample].min(self.positions),
            _ => self.positions,
        }
    }

    /// Makes sure that samples of so many steps, or with as many targets, have the true lengths
    /// that are said.
    ///
    /// # Panics
    /// When there is not one length for each sample, or one is 0 or more than these steps.
    pub fn expect_lengths(&self, steps: usize) {
        let Some(lengths) = self.lengths else { return };
        let steps = if self.positions > 1 {
            self.positions
        } else {
            steps
        };
        assert_eq!(lengths.len(), self.len(), "one length for each sequence");
        for (sample, length) in lengths.iter().enumerate() {
            let possible = (1..=steps).contains(length);
            assert!(
                possible,
                "sequence {sample} of the batch has a length of {length}, and a sample has {steps} \
                 steps: 1 to {steps} is possible"
            );
        }
    }

    /// How much a sample counts; none: 1.
    pub fn weight(&self, sample: usize) -> Option<T> {
        self.weights.map(|weights| weights[sample])
    }

    /// Some samples of the batch.
    pub fn rows(&self, rows: Range<usize>) -> Self {
        Self {
            x: self.x.slice_move(s![rows.clone(), ..]),
            t: self.t.slice_move(s![rows.clone(), ..]),
            positions: self.positions,
            lengths: self.lengths.map(|lengths| &lengths[rows.clone()]),
            weights: self.weights.map(|weights| &weights[rows]),
            continues: self.continues,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    #[should_panic(
        expected = "sequence 1 of the batch has a length of 5, and a sample has 4 steps: 1 to 4"
    )]
    fn no_sequence_is_longer_than_its_sample() {
        let x = Array2::<f64>::zeros((2, 4));
        let batch = Batch {
            lengths: Some(&[4, 5]),
            ..Batch::new(x.view(), x.view())
        };
        batch.expect_lengths(4);
    }

    #[test]
    fn a_mean_is_over_samples_or_over_true_positions() {
        let (x, t) = (Array2::<f64>::zeros((3, 2)), Array2::zeros((3, 4)));
        let lengths = [1, 4, 2];
        let plain = Batch::new(x.view(), t.view());
        assert!(plain.is_plain());
        assert_eq!((plain.len(), plain.losses()), (3, 3));
        let padded = Batch {
            lengths: Some(&lengths),
            ..plain
        };
        assert_eq!(padded.losses(), 3, "one target a sequence");
        let each = Batch {
            positions: 4,
            ..padded
        };
        assert!(!each.is_plain());
        assert_eq!(each.losses(), 7);
        let part = each.rows(1..3);
        assert_eq!((part.len(), part.losses()), (2, 6));
        let whole = Batch {
            positions: 4,
            ..plain
        };
        assert_eq!(whole.losses(), 12);
    }
}
