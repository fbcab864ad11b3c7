//! One period of a sine, for regression.

use std::f64::consts::PI;

use contract::streams::Streams;
use ndarray::Array2;
use spec::datasets::SineSpec;

use super::{Generated, add_noise, checked_samples};
use crate::dataset::{Dataset, Quantity, Target};
use crate::error::DataError;
use crate::samples::Targets;

/// y = sin x + noise, with x evenly spaced on \[−π, π\], both ends included.
pub(crate) fn sine(spec: &SineSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let samples = checked_samples(spec.samples, "dataset.sine.samples")?;
    let step = 2.0 * PI / (samples - 1) as f64;
    let x = Array2::from_shape_fn((samples, 1), |(row, _)| -PI + step * row as f64);
    let mut y: Vec<f64> = x.iter().map(|x| x.sin()).collect();
    let rng = &mut streams.stream("noise");
    add_noise(y.iter_mut(), spec.noise, "dataset.sine.noise", rng)?;
    let set = Generated {
        name: "sine",
        x,
        sample_shape: vec![1],
        targets: Targets::Values(y),
        target: Target::Real(vec![Quantity {
            name: "sin x".into(),
            mean: 0.0,
            scale: 1.0,
        }]),
        feature_names: vec!["x".into()],
        lengths: None,
        positions: 1,
    };
    set.divided(&spec.split, "dataset.sine.split", streams)
}
