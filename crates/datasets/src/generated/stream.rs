//! A stream of steps, cut into sequences, at each step of which the next one is to be predicted.

use ndarray::Array2;

use super::Generated;
use crate::dataset::{Dataset, Target};
use crate::samples::Targets;

/// Steps one behind the other, the last of which is only a target.
pub(super) struct Stream {
    /// `[steps + 1, width]`
    pub numbers: Vec<f64>,
    /// Numbers of a step.
    pub width: usize,
    /// Where each step stands in its word, if it is told.
    pub places: Option<Vec<usize>>,
}

impl Stream {
    /// The data of two streams, one to learn from and one to be tested on, in sequences of so many
    /// steps.
    pub fn divided(
        name: &'static str,
        [train, test]: [Self; 2],
        steps: usize,
        target: Target,
    ) -> Dataset {
        let test = test.cut(name, steps, target.clone()).train;
        let train = train.cut(name, steps, target);
        Dataset {
            test_is_train: false,
            ..train.clone().with_parts(train.train, test)
        }
    }

    /// Sequences of so many steps; a shorter last one is padded with zeros.
    fn cut(self, name: &'static str, steps: usize, target: Target) -> Dataset {
        let width = self.width;
        let all = self.numbers.len() / width - 1;
        let (samples, numbers) = (all.div_ceil(steps), steps * width);
        let padded = |from: usize| {
            Array2::from_shape_fn((samples, numbers), |(sample, number)| {
                let at = sample * numbers + number;
                if at < all * width {
                    self.numbers[from + at]
                } else {
                    0.0
                }
            })
        };
        let length = |sample: usize| steps.min(all - sample * steps);
        let set = Generated {
            name,
            x: padded(0),
            sample_shape: vec![steps, width],
            targets: Targets::Values(padded(width).into_raw_vec_and_offset().0),
            target,
            feature_names: Vec::new(),
            lengths: Some((0..samples).map(length).collect()),
            positions: steps,
        };
        let set = set.whole();
        match self.places {
            None => set,
            Some(places) => {
                let padding = samples * steps - all;
                let of_targets = places.into_iter().skip(1);
                let places = of_targets.chain(std::iter::repeat_n(0, padding)).collect();
                let train = set.train.clone().at_places(places);
                Dataset { train, ..set }
            }
        }
    }
}
