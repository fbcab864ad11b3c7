//! Dropout masks: drawn here, so that every implementation drops the same numbers.
//!
//! The mask of a layer in update `s` is a stream of its own, `dropout/<layer>/<s>`; its word
//! `$n D + d$` decides about number `d` of sample `n`. So any part of a batch finds its part of the
//! mask without drawing what is before it, and the bits do not depend on how a batch is divided.

use rand::Rng;

use crate::{Real, Streams};

/// The masks of one layer.
#[derive(Clone, Debug)]
pub struct Masks {
    streams: Streams,
    layer: String,
    rate: f64,
}

impl Masks {
    /// Masks that drop each number with probability `rate`, of the layer of that name.
    pub fn new(streams: Streams, layer: &str, rate: f64) -> Self {
        let layer = layer.to_string();
        Self {
            streams,
            layer,
            rate,
        }
    }

    /// Fills `mask`, whole rows of `width` numbers from row `first_row` of the batch on, with
    /// 0 (dropped) and 1 / (1 − rate) (kept), for update `step`.
    pub fn fill<T: Real>(&self, step: u64, first_row: usize, width: usize, mask: &mut [T]) {
        let kept = T::of(1.0 / (1.0 - self.rate));
        // A word below the threshold is dropped: 2³² words, so the rate is right to 2⁻³².
        let threshold = (self.rate * 2f64.powi(32)) as u64;
        let name = format_args!("dropout/{}/{step}", self.layer);
        let mut words = self.streams.stream_of(name);
        words.set_word_pos((first_row * width) as u128);
        for number in mask {
            let dropped = u64::from(words.next_u32()) < threshold;
            *number = if dropped { T::zero() } else { kept };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(step: u64, first_row: usize, rows: usize) -> Vec<f64> {
        let mut mask = vec![f64::NAN; rows * 7];
        let masks = Masks::new(Streams::new(3), "1", 0.25);
        masks.fill(step, first_row, 7, &mut mask);
        mask
    }

    #[test]
    fn a_part_of_a_batch_has_its_part_of_the_mask() {
        let whole = mask(5, 0, 9);
        assert_eq!(mask(5, 4, 3), whole[4 * 7..7 * 7]);
        assert_ne!(mask(6, 0, 9), whole);
    }

    #[test]
    fn a_quarter_is_dropped_and_the_mean_is_kept() {
        let mask = mask(1, 0, 2000);
        let dropped = mask.iter().filter(|m| **m == 0.0).count() as f64 / mask.len() as f64;
        assert!((dropped - 0.25).abs() < 0.015, "{dropped}");
        assert!(mask.iter().all(|m| *m == 0.0 || *m == 1.0 / 0.75));
    }
}
