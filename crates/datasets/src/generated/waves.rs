//! Images of plane waves: as large as asked for, with classes that only convolutions find easy.

use std::f64::consts::{PI, TAU};

use contract::streams::Streams;
use ndarray::Array2;
use rand::{Rng, RngExt};
use spec::datasets::WavesSpec;

use super::{Generated, add_noise, checked_samples};
use crate::dataset::{Dataset, Target};
use crate::error::DataError;
use crate::samples::Targets;

const SAMPLES: &str = "dataset.waves.samples";
/// Numbers of all images together: 2 GiB of memory.
const MOST_NUMBERS: usize = 1 << 28;

/// Sample i is of class k = i mod K and has, in channel c at column x and row y of images of S
/// pixels, sin(2π fₖ (x cos θₖ + y sin θₖ) / S + φ), with θₖ = π k / K and fₖ = 2 + 2 k / K waves
/// on the length of a side. Each image and channel has its own phase φ, evenly in \[0, 2π), so no
/// single pixel tells the class. The stream `noise` gives all phases first, then the noise.
pub(crate) fn waves(spec: &WavesSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let samples = checked_samples(spec.samples, SAMPLES)?;
    if !(2..=samples).contains(&spec.classes) {
        return Err(DataError::setting(
            "dataset.waves.classes",
            format!("{} classes of {samples} images", spec.classes),
            "set classes between 2 and the number of samples",
        ));
    }
    let pixels = spec.size * spec.size;
    let numbers = samples.saturating_mul(spec.channels.saturating_mul(pixels));
    if !(1..=MOST_NUMBERS).contains(&numbers) {
        return Err(DataError::setting(
            SAMPLES,
            format!("{samples} images of {} x {pixels} numbers", spec.channels),
            format!("set samples, channels and size to {MOST_NUMBERS} numbers at most in all"),
        ));
    }
    let rng = &mut streams.stream("noise");
    let mut x = images(spec, rng);
    add_noise(x.iter_mut(), spec.noise, "dataset.waves.noise", rng)?;
    let set = Generated {
        name: "waves",
        x,
        sample_shape: vec![spec.channels, spec.size, spec.size],
        targets: Targets::Classes((0..samples).map(|i| i % spec.classes).collect()),
        target: Target::Classes {
            names: (0..spec.classes).map(|k| format!("wave {k}")).collect(),
        },
        feature_names: Vec::new(),
        lengths: None,
        positions: 1,
    };
    set.divided(&spec.split, "dataset.waves.split", streams)
}

/// The waves without noise, `[N, C·S·S]`.
fn images(spec: &WavesSpec, rng: &mut impl Rng) -> Array2<f64> {
    let size = spec.size;
    let mut x = Array2::zeros((spec.samples, spec.channels * size * size));
    for (sample, mut image) in x.rows_mut().into_iter().enumerate() {
        let share = (sample % spec.classes) as f64 / spec.classes as f64;
        let (sin, cos) = (PI * share).sin_cos();
        let turns = TAU * (2.0 + 2.0 * share) / size as f64;
        let mut pixels = image.iter_mut();
        for _ in 0..spec.channels {
            let phase = TAU * rng.random::<f64>();
            for (pixel, at) in pixels.by_ref().take(size * size).zip(0..) {
                let (row, column) = ((at / size) as f64, (at % size) as f64);
                *pixel = (turns * (column * cos + row * sin) + phase).sin();
            }
        }
    }
    x
}
