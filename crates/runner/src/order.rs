//! Which samples are trained on, and in which order.

use contract::Streams;
use rand::seq::SliceRandom;
use spec::Amount;

/// The order of the training samples in an epoch (from 1): the same for every implementation.
pub fn order(samples: usize, shuffle: bool, epoch: usize, streams: &Streams) -> Vec<usize> {
    let mut order: Vec<usize> = (0..samples).collect();
    if shuffle {
        order.shuffle(&mut streams.stream(&format!("shuffle/{epoch}")));
    }
    order
}

/// Holds back some of the samples, the last or (`shuffle`) drawn from the stream `validation`:
/// those to train on and those held back, both in the order of the data. None if one part would be
/// empty.
pub fn hold_back(
    samples: usize,
    amount: Amount,
    shuffle: bool,
    streams: &Streams,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let held = amount.of(samples).max(1);
    if held >= samples {
        return None;
    }
    let mut all: Vec<usize> = (0..samples).collect();
    if !shuffle {
        let last = all.split_off(samples - held);
        return Some((all, last));
    }
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
        let drawn =
            |samples, share, seed| hold_back(samples, Amount(share), true, &Streams::new(seed));
        let (train, held) = drawn(50, 0.1, 3).unwrap();
        assert_eq!((train.len(), held.len()), (45, 5));
        assert!(train.is_sorted() && held.is_sorted());
        let mut all = [train.clone(), held.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, order(50, false, 1, &Streams::new(3)));
        assert_ne!(held, drawn(50, 0.1, 4).unwrap().1);
        assert_eq!(drawn(4, 0.01, 3).unwrap().1.len(), 1);
        assert_eq!(drawn(1, 0.1, 3), None);
        assert_eq!(drawn(4, 0.99, 3), None);
    }

    #[test]
    fn without_shuffling_the_last_samples_are_held_back() {
        let held = |amount| hold_back(6, Amount(amount), false, &Streams::new(3));
        assert_eq!(held(2.0), Some((vec![0, 1, 2, 3], vec![4, 5])));
        assert_eq!(held(0.5), Some((vec![0, 1, 2], vec![3, 4, 5])));
        assert_eq!(held(6.0), None);
    }
}
