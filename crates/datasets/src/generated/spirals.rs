//! Two spirals around each other.

use std::f64::consts::PI;

use contract::streams::Streams;
use spec::datasets::SpiralsSpec;

use super::{add_noise, checked_samples, planar};
use crate::dataset::Dataset;
use crate::error::DataError;

/// Steps of the original from its first point to its last.
const STEPS: f64 = 96.0;

/// The two-spirals problem of K. J. Lang and M. J. Witbrock, "Learning to tell two spirals apart"
/// (1988). Their point i of 0..=96 has radius 6.5 (104 − i) / 104 and angle i π / 16 measured from
/// the y axis: (r sin a, r cos a) is in class 1, its mirror image (−r sin a, −r cos a) in class 0.
///
/// Here the radius is divided by 6.5, unless the variant is theirs. For another number of samples
/// or turns, i runs evenly over the same range 0..=96 and the angle is stretched; 194 samples and 3
/// turns are the original. The points of a pair follow each other, class 1 first.
pub(crate) fn spirals(spec: &SpiralsSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let samples = checked_samples(spec.samples, "dataset.spirals.samples")?;
    if !(spec.turns > 0.0 && spec.turns.is_finite()) {
        let problem = format!("{} turns", spec.turns);
        let key = "dataset.spirals.turns";
        return Err(DataError::setting(key, problem, "set turns above 0"));
    }
    let last_pair = (samples.div_ceil(2) - 1).max(1) as f64;
    let points = (0..samples)
        .map(|sample| {
            let i = (sample / 2) as f64 * STEPS / last_pair;
            let radius = (104.0 - i) / 104.0;
            let angle = i * (spec.turns / 3.0) * PI / 16.0;
            let (x, y) = (radius * angle.sin(), radius * angle.cos());
            if sample % 2 == 0 {
                ([x, y], 1)
            } else {
                ([-x, -y], 0)
            }
        })
        .collect();
    let mut set = planar("spirals", points, ["spiral 0", "spiral 1"]);
    let rng = &mut streams.stream("noise");
    add_noise(set.x.iter_mut(), spec.noise, "dataset.spirals.noise", rng)?;
    set.x *= spec.variant.radius();
    set.divided(&spec.split, "dataset.spirals.split", streams)
}
