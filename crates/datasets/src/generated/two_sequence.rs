//! Which of two values a long noisy sequence began with.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use spec::datasets::TwoSequenceSpec;

use super::{Generated, real};
use crate::samples::Targets;

/// Y. Bengio, P. Simard, P. Frasconi (1994), as in Hochreiter & Schmidhuber 1997, experiment 3a.
/// The first N of T to 1.1 T numbers are all 1, and the target is 1, or all −1, and it is 0; the
/// others are normal noise.
pub(crate) fn two_sequence(
    spec: &TwoSequenceSpec,
    samples: usize,
    rng: &mut impl Rng,
) -> Generated {
    let longest = spec.length + spec.length / 10;
    let deviation = spec.variance.sqrt();
    let drawn = (0..samples).map(|_| {
        let steps = rng.random_range(spec.length..=longest);
        let first = rng.random::<bool>();
        let mut sequence = vec![if first { 1.0 } else { -1.0 }; steps];
        for x in &mut sequence[spec.telling..] {
            let noise: f64 = StandardNormal.sample(rng);
            *x = deviation * noise;
        }
        (sequence, f64::from(u8::from(first)))
    });
    let (sequences, targets): (Vec<_>, Vec<f64>) = drawn.unzip();
    let targets = Targets::Values(targets);
    let target = real("began with 1");
    Generated::sequences("two-sequence", &sequences, [longest, 1], targets, target)
}
