//! A circle inside a circle.

use std::f64::consts::TAU;

use contract::streams::Streams;
use spec::datasets::CirclesSpec;

use super::{add_noise, checked_samples, planar};
use crate::dataset::Dataset;
use crate::error::DataError;

/// r (cos t, sin t) with t evenly spaced on \[0, 2π): r = 1 for class "outer", r = `factor` for
/// class "inner", as in scikit-learn's `make_circles`.
pub(crate) fn circles(spec: &CirclesSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let samples = checked_samples(spec.samples, "dataset.circles.samples")?;
    let factor = spec.factor;
    if !(factor > 0.0 && factor < 1.0) {
        return Err(DataError::setting(
            "dataset.circles.factor",
            format!("an inner circle of radius {factor}"),
            "set factor above 0 and below 1",
        ));
    }
    let outer = samples / 2;
    let inner = samples - outer;
    let circle = |n: usize, radius: f64, label: usize| {
        (0..n).map(move |i| {
            let t = TAU * i as f64 / n as f64;
            ([radius * t.cos(), radius * t.sin()], label)
        })
    };
    let points = circle(outer, 1.0, 0)
        .chain(circle(inner, factor, 1))
        .collect();
    let mut set = planar("circles", points, ["outer", "inner"]);
    let rng = &mut streams.stream("noise");
    add_noise(set.x.iter_mut(), spec.noise, "dataset.circles.noise", rng)?;
    set.divided(&spec.split, "dataset.circles.split", streams)
}
