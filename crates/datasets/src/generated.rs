//! Sets made from a formula: small, without files, and good for looking at what a network learns.
//!
//! Noise comes from the stream `noise`, the split from `split`, sequences from `sequences`, those
//! that are drawn anew for a pass from `sequences/<pass>`; the points themselves are fixed.

mod adding;
mod circles;
mod continual_reber;
mod dates;
mod distractors;
mod letters;
mod logic;
mod long_lag;
mod moons;
mod multiplication;
mod pairs;
mod patterns;
mod reber;
mod reversal;
mod sine;
mod spirals;
mod stream;
mod surface;
mod temporal_order;
mod temporal_xor;
mod two_sequence;
mod waves;

pub(crate) use adding::adding;
pub(crate) use circles::circles;
pub(crate) use continual_reber::continual_reber;
pub(crate) use distractors::distractors;
pub(crate) use letters::letters;
pub(crate) use logic::{gate, parity, xor};
pub(crate) use long_lag::long_lag;
pub(crate) use moons::moons;
pub(crate) use multiplication::multiplication;
pub(crate) use pairs::{of_dates, of_reversal};
pub(crate) use patterns::{bars_and_stripes, encoder};
pub(crate) use reber::reber;
pub(crate) use sine::sine;
pub(crate) use spirals::spirals;
pub(crate) use surface::surface;
pub(crate) use temporal_order::temporal_order;
pub(crate) use temporal_xor::temporal_xor;
pub(crate) use two_sequence::two_sequence;
pub(crate) use waves::waves;

use contract::streams::Streams;
use ndarray::{Array2, Axis};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use spec::datasets::{DatasetSpec, Split};

use crate::dataset::{About, Dataset, Parts, Quantity, Target};
use crate::error::DataError;
use crate::samples::{Features, Samples, Targets};
use crate::split::{Rows, split};
use stream::Stream;

/// More samples than this are a typing error, not an experiment.
const MOST_SAMPLES: usize = 10_000_000;

/// A generated set before its split.
pub(crate) struct Generated {
    name: &'static str,
    /// `[N, D]`
    x: Array2<f64>,
    /// `[D]`, or `[C, H, W]` of images.
    sample_shape: Vec<usize>,
    targets: Targets,
    target: Target,
    feature_names: Vec<String>,
    /// True lengths of sequences; none: nothing is padded.
    lengths: Option<Vec<usize>>,
    /// Targets of a sample.
    positions: usize,
}

impl Generated {
    /// Sequences of `width` numbers a step, padded with zeros to `longest` steps, with their
    /// targets.
    fn sequences(
        name: &'static str,
        sequences: &[Vec<f64>],
        [longest, width]: [usize; 2],
        targets: Targets,
        target: Target,
    ) -> Self {
        let mut x = Array2::zeros((sequences.len(), longest * width));
        for (mut x, sequence) in x.rows_mut().into_iter().zip(sequences) {
            x.iter_mut()
                .zip(sequence)
                .for_each(|(x, value)| *x = *value);
        }
        Self {
            name,
            x,
            sample_shape: vec![longest, width],
            targets,
            target,
            feature_names: Vec::new(),
            lengths: Some(sequences.iter().map(|s| s.len() / width).collect()),
            positions: 1,
        }
    }

    /// All samples in training.
    fn whole(self) -> Dataset {
        let parts = Parts {
            train: self.part(&Vec::from_iter(0..self.x.nrows())),
            test: None,
        };
        self.finish(parts)
    }

    /// Divided as asked for; `key` is the config key of the split.
    pub(crate) fn divided(
        self,
        kind: &Split,
        key: &'static str,
        streams: &Streams,
    ) -> Result<Dataset, DataError> {
        let rows = Rows {
            count: self.x.nrows(),
            labels: match &self.targets {
                Targets::Classes(labels) => Some(labels.as_slice()),
                Targets::Values(_) | Targets::Input => None,
            },
            key,
        };
        let indices = split(kind, &rows, &mut streams.stream("split"))?;
        let parts = Parts {
            train: self.part(&indices.train),
            test: indices.test.map(|rows| self.part(&rows)),
        };
        Ok(self.finish(parts))
    }

    fn part(&self, rows: &[usize]) -> Samples {
        let targets = self.targets.select(rows, self.x.nrows());
        let part = Samples::new(Features::Values(self.x.select(Axis(0), rows)), targets);
        let part = part.at_positions(self.positions);
        match &self.lengths {
            None => part,
            Some(lengths) => part.of_lengths(rows.iter().map(|&row| lengths[row]).collect()),
        }
    }

    fn finish(self, parts: Parts) -> Dataset {
        let about = About {
            name: self.name.into(),
            sample_shape: self.sample_shape,
            feature_names: self.feature_names,
            target: self.target,
            sources: Vec::new(),
            notes: Vec::new(),
        };
        Dataset::assemble(parts, about)
    }
}

/// So many sequences to learn from in a pass, counted from 1; none: they are not drawn anew.
pub(crate) fn fresh(
    spec: &DatasetSpec,
    samples: usize,
    streams: &Streams,
    pass: usize,
) -> Option<Samples> {
    if !spec.dataset().is_fresh() {
        return None;
    }
    let rng = &mut streams.stream_of(format_args!("sequences/{pass}"));
    let set = match spec {
        DatasetSpec::Adding(spec) => adding(spec, samples, rng),
        DatasetSpec::Multiplication(spec) => multiplication(spec, samples, rng),
        DatasetSpec::LongLag(spec) => long_lag(spec, samples, rng),
        DatasetSpec::Distractors(spec) => distractors(spec, samples, rng),
        DatasetSpec::TwoSequence(spec) => two_sequence(spec, samples, rng),
        DatasetSpec::TemporalOrder(spec) => temporal_order(spec, samples, rng),
        DatasetSpec::ContinualReber(spec) => continual_reber(spec, samples, rng),
        _ => return None,
    };
    Some(set.part(&Vec::from_iter(0..samples)))
}

/// One-hot symbols, one behind the other.
fn one_hot(symbols: &[usize], width: usize) -> Vec<f64> {
    let mut one_hot = vec![0.0; symbols.len() * width];
    for (step, symbol) in one_hot.chunks_exact_mut(width).zip(symbols) {
        step[*symbol] = 1.0;
    }
    one_hot
}

/// Class names.
fn classes(names: &[&str]) -> Target {
    Target::Classes {
        names: names.iter().map(|&name| name.into()).collect(),
    }
}

/// A real number as it is.
fn real(name: &str) -> Target {
    Target::Real(vec![Quantity {
        name: name.into(),
        mean: 0.0,
        scale: 1.0,
    }])
}

/// Points `[N, 2]` of a set with two classes in the plane.
fn planar(name: &'static str, points: Vec<([f64; 2], usize)>, names: [&str; 2]) -> Generated {
    let x = Array2::from_shape_fn((points.len(), 2), |(row, column)| points[row].0[column]);
    Generated {
        name,
        x,
        sample_shape: vec![2],
        targets: Targets::Classes(points.into_iter().map(|(_, label)| label).collect()),
        target: classes(&names),
        feature_names: vec!["x".into(), "y".into()],
        lengths: None,
        positions: 1,
    }
}

/// Refuses sample counts that leave a class empty or fill the memory.
fn checked_samples(samples: usize, key: &'static str) -> Result<usize, DataError> {
    if (2..=MOST_SAMPLES).contains(&samples) {
        return Ok(samples);
    }
    let remedy = format!("set samples between 2 and {MOST_SAMPLES}");
    Err(DataError::setting(
        key,
        format!("{samples} samples"),
        remedy,
    ))
}

/// Adds normal noise of this standard deviation to every value, row by row.
fn add_noise<'a>(
    values: impl Iterator<Item = &'a mut f64>,
    deviation: f64,
    key: &'static str,
    rng: &mut impl Rng,
) -> Result<(), DataError> {
    if !(deviation >= 0.0 && deviation.is_finite()) {
        let problem = format!("{deviation} is no standard deviation");
        return Err(DataError::setting(key, problem, "set noise to 0 or above"));
    }
    for value in values {
        let noise: f64 = StandardNormal.sample(rng);
        *value += deviation * noise;
    }
    Ok(())
}

#[cfg(test)]
mod sequence_tests;
#[cfg(test)]
mod tests;
