//! The sum of two marked numbers.

use contract::streams::Streams;
use rand::{Rng, RngExt};
use spec::datasets::AddingSpec;

use super::{Generated, real};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::samples::Targets;

/// S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997), experiment 4. Each step is a
/// number of U\[−1, 1) and a marker: 1 at the two numbers X₁ and X₂ to be added, −1 at the first
/// and the last step, else 0. One of the first ten steps is marked, and one of the first T/2 − 1
/// others; where the first step is, X₁ is 0 and the marker −1. The target is 1/2 + (X₁ + X₂) / 4.
pub(crate) fn adding(spec: &AddingSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let mut rng = streams.stream("sequences");
    let longest = spec.length + spec.length / 10;
    let drawn: Vec<_> = (0..spec.samples)
        .map(|_| {
            sequence(
                rng.random_range(spec.length..=longest),
                spec.length,
                &mut rng,
            )
        })
        .collect();
    let (sequences, sums): (Vec<_>, Vec<f64>) = drawn.into_iter().unzip();
    let shape = [longest, 2];
    let set = Generated::sequences(
        "adding",
        &sequences,
        shape,
        Targets::Values(sums),
        real("0.5 + sum / 4"),
    );
    set.divided(&spec.split, "dataset.adding.split", streams)
}

/// A sequence of so many steps, `least` being T, and its target.
fn sequence(steps: usize, least: usize, rng: &mut impl Rng) -> (Vec<f64>, f64) {
    let mut sequence: Vec<f64> = Vec::with_capacity(2 * steps);
    for _ in 0..steps {
        sequence.extend([rng.random_range(-1.0..1.0), 0.0]);
    }
    let first = rng.random_range(0..10);
    // One of the first T/2 − 1 that are not marked yet.
    let second = rng.random_range(0..least / 2 - 1);
    let second = second + usize::from(second >= first);
    let mut sum = 0.0;
    for marked in [first, second] {
        sequence[2 * marked + 1] = 1.0;
        sum += if marked == 0 {
            0.0
        } else {
            sequence[2 * marked]
        };
    }
    sequence[1] = -1.0;
    sequence[2 * steps - 1] = -1.0;
    (sequence, 0.5 + sum / 4.0)
}
