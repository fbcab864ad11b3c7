//! The sum of two marked numbers.

use rand::{Rng, RngExt};
use spec::datasets::AddingSpec;

use super::{Generated, real};
use crate::samples::Targets;

/// S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997), experiment 4. Each step is a
/// number of U\[−1, 1) and a marker: 1 at the two numbers X₁ and X₂ to be added, −1 at the first
/// and the last step, else 0. One of the first ten steps is marked, and one of the first T/2 − 1
/// others; where the first step is, X₁ is 0 and the marker −1. The target is 1/2 + (X₁ + X₂) / 4.
pub(crate) fn adding(spec: &AddingSpec, samples: usize, rng: &mut impl Rng) -> Generated {
    let draw = |rng: &mut _| {
        let (sequence, marked) = marked(spec.length, -1.0, rng);
        let [x_1, x_2] = marked.map(|x| x.unwrap_or(0.0));
        (sequence, 0.5 + (x_1 + x_2) / 4.0)
    };
    of_marked("adding", "0.5 + sum / 4", spec.length, samples, rng, draw)
}

/// Sequences with marked numbers, and their targets.
pub(super) fn of_marked<R: Rng>(
    name: &'static str,
    target: &str,
    least: usize,
    samples: usize,
    rng: &mut R,
    draw: impl Fn(&mut R) -> (Vec<f64>, f64),
) -> Generated {
    let drawn = (0..samples).map(|_| draw(rng));
    let (sequences, targets): (Vec<_>, Vec<f64>) = drawn.unzip();
    let shape = [least + least / 10, 2];
    Generated::sequences(
        name,
        &sequences,
        shape,
        Targets::Values(targets),
        real(target),
    )
}

/// A sequence of `least` to a tenth more steps, its numbers from `lowest` to 1, and the two that
/// are marked; none for the first step, which always has the marker −1.
pub(super) fn marked(
    least: usize,
    lowest: f64,
    rng: &mut impl Rng,
) -> (Vec<f64>, [Option<f64>; 2]) {
    let steps = rng.random_range(least..=least + least / 10);
    let mut sequence: Vec<f64> = Vec::with_capacity(2 * steps);
    for _ in 0..steps {
        sequence.extend([rng.random_range(lowest..1.0), 0.0]);
    }
    let first = rng.random_range(0..10);
    // One of the first T/2 − 1 that are not marked yet.
    let second = rng.random_range(0..least / 2 - 1);
    let second = second + usize::from(second >= first);
    let numbers = [first, second].map(|marked| {
        sequence[2 * marked + 1] = 1.0;
        (marked > 0).then(|| sequence[2 * marked])
    });
    sequence[1] = -1.0;
    sequence[2 * steps - 1] = -1.0;
    (sequence, numbers)
}
