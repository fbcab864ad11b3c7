//! Which samples are trained on, and in which order.

use contract::Streams;
use rand::seq::SliceRandom;

/// The order of the training samples in an epoch (from 1): the same for every implementation.
pub fn order(samples: usize, shuffle: bool, epoch: usize, streams: &Streams) -> Vec<usize> {
    let mut order: Vec<usize> = (0..samples).collect();
    if shuffle {
        order.shuffle(&mut streams.stream(&format!("shuffle/{epoch}")));
    }
    order
}

/// Holds back a share of the samples, drawn from the stream `validation`: those to train on and
/// those held back, both in the order of the data. None if one part would be empty.
pub fn hold_back(
    samples: usize,
    share: f64,
    streams: &Streams,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let held = ((samples as f64 * share).round() as usize).max(1);
    if held >= samples {
        return None;
    }
    let mut all: Vec<usize> = (0..samples).collect();
    all.shuffle(&mut streams.stream("validation"));
    let mut train = all.split_off(held);
    train.sort_unstable();
    all.sort_unstable();
    Some((train, all))
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

    #[test]
    fn held_back_samples_are_not_trained_on_and_both_parts_keep_their_order() {
        let (train, held) = hold_back(50, 0.1, &Streams::new(3)).unwrap();
        assert_eq!((train.len(), held.len()), (45, 5));
        assert!(train.is_sorted() && held.is_sorted());
        let mut all = [train.clone(), held.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, order(50, false, 1, &Streams::new(3)));
        assert_ne!(held, hold_back(50, 0.1, &Streams::new(4)).unwrap().1);
        assert_eq!(hold_back(4, 0.01, &Streams::new(3)).unwrap().1.len(), 1);
        assert_eq!(hold_back(1, 0.1, &Streams::new(3)), None);
        assert_eq!(hold_back(4, 0.99, &Streams::new(3)), None);
    }
}
