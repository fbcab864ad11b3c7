//! What every loader returns.

use crate::checksum;
use crate::error::in_line;
use crate::files::Source;
use crate::samples::Samples;

/// A data set, split and prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// A short name, for example "mnist" or "iris".
    pub name: String,
    /// The samples to learn from.
    pub train: Samples,
    /// The samples held back; a copy of `train` when nothing is held back.
    pub test: Samples,
    /// Whether `test` is that copy, so that test figures say nothing about new samples.
    pub test_is_train: bool,
    /// Shape of one sample: `[C, H, W]` for images, `[D]` for tables.
    pub sample_shape: Vec<usize>,
    /// One name for each feature; empty for images.
    pub feature_names: Vec<String>,
    /// Symbols of the sources by their numbers, where a sample is a pair of sequences.
    pub source_symbols: Vec<String>,
    /// What is to be predicted.
    pub target: Target,
    /// Every file that was read.
    pub sources: Vec<Source>,
    /// What the loader did, one short sentence each.
    pub notes: Vec<String>,
    /// SHA-256 of the prepared content of both parts, 64 hex digits: equal checksums mean equal
    /// numbers in the same order, whatever the file or the generator they came from.
    pub checksum: String,
}

/// What a sample's target means.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One of a few classes; sample labels index `names`.
    Classes {
        /// The classes as the data name them.
        names: Vec<String>,
    },
    /// One or several real numbers.
    Real(Vec<Quantity>),
    /// The input itself.
    Input,
}

/// A real number, perhaps scaled: real y = stored · `scale` + `mean`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What is measured.
    pub name: String,
    /// What was subtracted.
    pub mean: f64,
    /// What it was then divided by; never 0.
    pub scale: f64,
}

/// The two parts of a data set on their way to becoming a [`Dataset`].
pub(crate) struct Parts {
    pub train: Samples,
    /// None: nothing is held back.
    pub test: Option<Samples>,
}

/// Everything of a [`Dataset`] but its samples.
pub(crate) struct About {
    pub name: String,
    pub sample_shape: Vec<usize>,
    pub feature_names: Vec<String>,
    pub target: Target,
    pub sources: Vec<Source>,
    pub notes: Vec<String>,
}

impl Dataset {
    /// Joins samples and description, and takes the checksum.
    pub(crate) fn assemble(parts: Parts, about: About) -> Self {
        let test_is_train = parts.test.is_none();
        let train = parts.train;
        let test = parts.test.unwrap_or_else(|| train.clone());
        let steps = steps(&train, &about.sample_shape);
        for lengths in [&train, &test].map(|part| part.lengths().unwrap_or_default()) {
            let longest = lengths.iter().max().copied().unwrap_or(1);
            assert!(
                longest <= steps,
                "a length of {longest} in samples of {steps} steps"
            );
        }
        let checksum = checksum::of_parts(&train, &test);
        Self {
            name: about.name,
            train,
            test,
            test_is_train,
            sample_shape: about.sample_shape,
            feature_names: about.feature_names,
            source_symbols: Vec::new(),
            target: about.target,
            sources: about.sources,
            notes: about.notes,
            checksum,
        }
    }

    /// Whether some sequences are shorter than the others, and padded.
    pub fn is_padded(&self) -> bool {
        let steps = steps(&self.train, &self.sample_shape);
        let lengths = [&self.train, &self.test].map(|part| part.lengths().unwrap_or_default());
        lengths.into_iter().flatten().any(|length| *length < steps)
    }

    /// Whether a sample is a source and its target.
    pub fn is_of_pairs(&self) -> bool {
        !self.source_symbols.is_empty()
    }

    /// Number of classes; none when the target is no class.
    pub fn classes(&self) -> Option<usize> {
        match &self.target {
            Target::Classes { names } => Some(names.len()),
            Target::Real(_) | Target::Input => None,
        }
    }

    /// The same data, with the input itself as target.
    pub(crate) fn predicting_input(self) -> Self {
        let train = self.train.clone().predicting_input();
        let test = self.test.clone().predicting_input();
        Self {
            target: Target::Input,
            ..self.with_parts(train, test)
        }
    }

    /// The same with other samples, of which it takes the checksum.
    pub(crate) fn with_parts(self, train: Samples, test: Samples) -> Self {
        Self {
            checksum: checksum::of_parts(&train, &test),
            train,
            test,
            ..self
        }
    }

    /// Name, in one line, and number of samples (of sequences with a class at each position those
    /// of positions), of both parts, of each class; none for a real target.
    pub fn class_sizes(&self) -> Vec<(String, usize)> {
        let Target::Classes { names } = &self.target else {
            return Vec::new();
        };
        let mut sizes: Vec<_> = names.iter().map(|name| (in_line(name), 0)).collect();
        let parts = if self.test_is_train {
            vec![&self.train]
        } else {
            vec![&self.train, &self.test]
        };
        for label in parts.iter().flat_map(|part| part.true_labels()) {
            sizes[label].1 += 1;
        }
        sizes
    }
}

/// What lengths are counted in: the positions of targets, or where a sample has one target the
/// steps of its inputs.
fn steps(samples: &Samples, sample_shape: &[usize]) -> usize {
    match samples.positions() {
        1 => sample_shape.first().copied().unwrap_or(1),
        positions => positions,
    }
}
