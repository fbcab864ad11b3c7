//! Two interleaving half circles.

use std::f64::consts::PI;

use contract::streams::Streams;
use spec::datasets::MoonsSpec;

use super::{add_noise, checked_samples, planar};
use crate::dataset::Dataset;
use crate::error::DataError;

/// With t evenly spaced on \[0, π\]: (cos t, sin t) for class "upper", and
/// (1 − cos t, 1/2 − sin t) for class "lower", as in scikit-learn's `make_moons`.
pub(crate) fn moons(spec: &MoonsSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let samples = checked_samples(spec.samples, "dataset.moons.samples")?;
    let upper = samples / 2;
    let lower = samples - upper;
    let angles = |n: usize| (0..n).map(move |i| PI * i as f64 / (n - 1).max(1) as f64);
    let points = angles(upper)
        .map(|t| ([t.cos(), t.sin()], 0))
        .chain(angles(lower).map(|t| ([1.0 - t.cos(), 0.5 - t.sin()], 1)))
        .collect();
    let mut set = planar("moons", points, ["upper", "lower"]);
    let rng = &mut streams.stream("noise");
    add_noise(set.x.iter_mut(), spec.noise, "dataset.moons.noise", rng)?;
    set.divided(&spec.split, "dataset.moons.split", streams)
}
