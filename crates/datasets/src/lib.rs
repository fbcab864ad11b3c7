//! The samples an experiment learns from.
//!
//! [`load`] turns the `[dataset]` part of a config into a [`Dataset`]: a training part and a test
//! part of the same width, every number ready for the network. The kinds of source:
//!
//! | kind | module | what it does |
//! |---|---|---|
//! | images | [`idx`], `mnist` | four IDX files, raw or gzip; pixels stay bytes until a batch is made |
//! | images | `images` | PNG or JPEG pictures in a folder for each class |
//! | images | `cifar` | the binary files of CIFAR-10 |
//! | tables | `csv` | missing values, one-hot columns and scaling, all learned from the training part |
//! | series | `series` | windows of a column, with the value that follows |
//! | texts | `text` | lines, or windows of a running text, with the character that follows each |
//! | pairs | `pairs` | texts in two columns of a table, the second to be written for the first |
//! | generated | `generated` | xor, logic gates, parity, moons, circles, spirals, sine, surface, waves (images), encoder, bars_and_stripes, and sequences: temporal_xor, letters, adding, multiplication, long_lag, distractors, two_sequence, temporal_order, reber, continual_reber; and pairs of them: reversal, dates |
//!
//! Training images can be changed at random, a new one each epoch: [`Augmenter`].
//!
//! Whatever is random (a split, the noise of a generated set) comes from the experiment's named
//! streams ([`contract::streams::Streams`]), so the same seed gives the same bytes;
//! [`Dataset::checksum`] proves it.
//!
//! ```
//! use std::path::Path;
//! use datasets::{Dataset, DataError};
//! use spec::datasets::{DatasetSpec, XorSpec};
//! use contract::streams::Streams;
//!
//! let xor = DatasetSpec::Xor(XorSpec::default());
//! let data: Dataset = datasets::load(&xor, Path::new("."), &Streams::new(1))?;
//! assert_eq!(data.train.labels(), Some([0, 1, 1, 0].as_slice()));
//! # Ok::<(), DataError>(())
//! ```
#![warn(missing_docs)]

mod augment;
mod checksum;
mod cifar;
mod csv;
mod dataset;
mod error;
mod files;
mod folders;
mod generated;
mod gzip;
pub mod idx;
mod image_part;
mod images;
mod load_new;
mod locate;
mod mnist;
mod new_samples;
mod pairs;
mod samples;
mod series;
mod signature;
mod split;
pub mod statistics;
mod summary;
mod text;
mod weights;

pub use augment::{Augmenter, FixedChange};
pub use checksum::of_bytes as sha256;
pub use csv::{ColumnKind, ColumnProfile, TableProfile, named, profile};
pub use dataset::{Dataset, Quantity, Target};
pub use error::DataError;
pub use files::Source;
pub use load_new::load_new;
pub use new_samples::{NewFiles, NewSamples, Targeted};
pub use samples::{Features, Samples, Targets};

use std::path::Path;

use contract::streams::Streams;
use spec::datasets::DatasetSpec;

/// Loads, splits and prepares the data of an experiment.
///
/// `base` is the folder of the config file: relative paths are looked up there first. Of `streams`
/// the generated sets draw from `noise` and `sequences`, every split from `split`.
///
/// # Errors
///
/// A [`DataError`] when a file is missing or is not what its format demands, or when a setting
/// does not fit the data. It names the file, the place and what to do.
pub fn load(spec: &DatasetSpec, base: &Path, streams: &Streams) -> Result<Dataset, DataError> {
    let sequences = &mut streams.stream("sequences");
    let dataset = match spec {
        DatasetSpec::Mnist(spec) => mnist::load(spec, base),
        DatasetSpec::Images(spec) => images::load(spec, base, streams),
        DatasetSpec::Cifar10(spec) => cifar::load(spec, base),
        DatasetSpec::Csv(spec) => csv::load(spec, base, streams),
        DatasetSpec::Xor(_) => generated::xor(),
        DatasetSpec::Gate(spec) => generated::gate(spec),
        DatasetSpec::Parity(spec) => generated::parity(spec),
        DatasetSpec::Moons(spec) => generated::moons(spec, streams),
        DatasetSpec::Circles(spec) => generated::circles(spec, streams),
        DatasetSpec::Spirals(spec) => generated::spirals(spec, streams),
        DatasetSpec::Sine(spec) => generated::sine(spec, streams),
        DatasetSpec::Surface(spec) => generated::surface(spec, streams),
        DatasetSpec::Waves(spec) => generated::waves(spec, streams),
        DatasetSpec::Series(spec) => series::load(spec, base),
        DatasetSpec::Text(spec) => text::load(spec, base, streams),
        DatasetSpec::TemporalXor(spec) => Ok(generated::temporal_xor(spec, streams)),
        DatasetSpec::Letters(spec) => Ok(generated::letters(spec, streams)),
        DatasetSpec::Encoder(spec) => generated::encoder(spec),
        DatasetSpec::BarsAndStripes(spec) => generated::bars_and_stripes(spec),
        DatasetSpec::Adding(spec) => generated::adding(spec, spec.samples, sequences).divided(
            &spec.split,
            "dataset.adding.split",
            streams,
        ),
        DatasetSpec::Multiplication(spec) => generated::multiplication(
            spec,
            spec.samples,
            sequences,
        )
        .divided(&spec.split, "dataset.multiplication.split", streams),
        DatasetSpec::LongLag(spec) => generated::long_lag(spec, spec.samples, sequences).divided(
            &spec.split,
            "dataset.long_lag.split",
            streams,
        ),
        DatasetSpec::Distractors(spec) => generated::distractors(spec, spec.samples, sequences)
            .divided(&spec.split, "dataset.distractors.split", streams),
        DatasetSpec::TwoSequence(spec) => generated::two_sequence(spec, spec.samples, sequences)
            .divided(&spec.split, "dataset.two_sequence.split", streams),
        DatasetSpec::TemporalOrder(spec) => generated::temporal_order(
            spec,
            spec.samples,
            sequences,
        )
        .divided(&spec.split, "dataset.temporal_order.split", streams),
        DatasetSpec::ContinualReber(spec) => generated::continual_reber(
            spec,
            spec.samples,
            sequences,
        )
        .divided(&spec.split, "dataset.continual_reber.split", streams),
        DatasetSpec::Reber(spec) => generated::reber(spec, streams),
        DatasetSpec::Reversal(spec) => Ok(generated::of_reversal(spec, streams)),
        DatasetSpec::Dates(spec) => Ok(generated::of_dates(spec, streams)),
        DatasetSpec::Pairs(spec) => pairs::load(spec, base, streams),
    }?;
    let dataset = match spec.dataset().predicts_its_input() {
        true => dataset.predicting_input(),
        false => dataset,
    };
    match spec.dataset().class_weights() {
        None => Ok(dataset),
        Some(weights) => weights::weigh_classes(dataset, weights, csv::CLASS_WEIGHTS),
    }
}

/// The samples to learn from in a pass, counted from 1, where the data say that they are drawn anew
/// for each; so many. None: they are always the same.
pub fn fresh(
    spec: &DatasetSpec,
    samples: usize,
    streams: &Streams,
    pass: usize,
) -> Option<Samples> {
    generated::fresh(spec, samples, streams, pass)
}
