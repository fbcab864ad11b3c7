//! `[dataset]`: which data an experiment learns from, and how they are prepared.
//!
//! The key under `[dataset]` names the kind, for example `[dataset.mnist]` or `[dataset.csv]`.

mod column;
mod images;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use column::Column;
pub use images::{Cifar10Spec, ImagesSpec, MnistSpec, Pixels};

/// Where the samples come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatasetSpec {
    /// Images and labels in the IDX format of MNIST (also Fashion-MNIST, EMNIST, KMNIST).
    Mnist(MnistSpec),
    /// PNG or JPEG pictures, in a folder for each class.
    Images(ImagesSpec),
    /// The colour images of CIFAR-10's binary files.
    Cifar10(Cifar10Spec),
    /// A table of values separated by commas (or another character).
    Csv(CsvSpec),
    /// The four points of exclusive or; training and test set are the same table.
    Xor(XorSpec),
    /// All 2^bits bit strings, class 1 when the number of ones is odd.
    Parity(ParitySpec),
    /// Two interleaving half circles.
    Moons(MoonsSpec),
    /// A circle inside a circle.
    Circles(CirclesSpec),
    /// Two spirals around each other (Lang & Witbrock 1988).
    Spirals(SpiralsSpec),
    /// y = sin(x) on one period: regression.
    Sine(SineSpec),
    /// Images of waves whose direction and wavelength are the class: images of any size.
    Waves(WavesSpec),
}

impl DatasetSpec {
    /// The name under `[dataset]`, as in the config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mnist(_) => "mnist",
            Self::Images(_) => "images",
            Self::Cifar10(_) => "cifar10",
            Self::Csv(_) => "csv",
            Self::Xor(_) => "xor",
            Self::Parity(_) => "parity",
            Self::Moons(_) => "moons",
            Self::Circles(_) => "circles",
            Self::Spirals(_) => "spirals",
            Self::Sine(_) => "sine",
            Self::Waves(_) => "waves",
        }
    }
}

/// A table in a text file: UTF-8, or UTF-16, plain or packed with gzip, with any line ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSpec {
    /// The file: looked up beside the config, then in the current folder, then among the CSV
    /// files that ship with the workspace.
    pub path: PathBuf,
    /// A separate file of test samples with the same columns; replaces `split`.
    #[serde(default)]
    pub test_path: Option<PathBuf>,
    /// Whether the first line names the columns. Without names they are called by index, "0", "1"
    /// ... None: it does, and is refused when it looks like a line of data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// The one character between fields. A space stands for any number of spaces and tabs. A first
    /// line `sep=;`, as Excel writes it, counts where nothing is set.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// The decimal mark of numbers, "." or ",".
    #[serde(default = "point")]
    pub decimal: char,
    /// Lines that begin with this character are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<char>,
    /// The column to predict, by name or by index from 0.
    pub target: Column,
    /// Other texts for those of the target, for example `{ ">50K." = ">50K" }`; applied once, before
    /// markers of missing values. Who renames a text to itself says that it is a class of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
    /// Whether the target is a class or a real value.
    #[serde(default)]
    pub task: Task,
    /// Columns that are not used; "" stands for all that have no name.
    #[serde(default)]
    pub ignore: Vec<Column>,
    /// Columns of text, made into one 0/1 column for each value found in the training part.
    #[serde(default)]
    pub categorical: Vec<Column>,
    /// What marks a missing value (besides an empty field) and what is done about one.
    #[serde(default)]
    pub missing: Missing,
    /// How numeric columns are scaled; fitted on the training part.
    #[serde(default)]
    pub scale: Scale,
    /// How a real target is scaled; fitted on the training part.
    #[serde(default)]
    pub target_scale: Scale,
    /// Which rows are held back for testing.
    #[serde(default)]
    pub split: Split,
}

/// What a CSV target is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of a few classes; their names are kept.
    #[default]
    Classification,
    /// A real number.
    Regression,
}

/// Missing values of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Missing {
    /// Texts that stand for "missing", besides the empty field.
    pub markers: Vec<String>,
    /// What becomes of a missing value.
    pub policy: MissingPolicy,
}

impl Default for Missing {
    fn default() -> Self {
        Self {
            markers: vec!["NA".into(), "?".into()],
            policy: MissingPolicy::DropRows,
        }
    }
}

/// What becomes of a missing value. Replacements are learned from the training part only; a
/// missing category is always replaced by the most frequent one, a row without a target dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// The row is left out.
    #[default]
    DropRows,
    /// Replaced by the column's mean.
    Mean,
    /// Replaced by the column's median.
    Median,
    /// Replaced by the column's most frequent value (the smallest of several).
    MostFrequent,
}

/// Scaling of a numeric column, fitted on the training part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    #[default]
    None,
    /// (x − mean) / standard deviation (of the population); a constant column becomes 0.
    Standardize,
    /// (x − min) / (max − min); a constant column becomes 0.
    MinMax,
}

/// How rows are divided into a training and a test part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// No test part: test figures are measured on the training samples.
    None,
    /// Rows in a random order; the first `test` share of them is held back.
    Shuffled(Holdout),
    /// The same within every class, so that both parts have the classes in the same proportions.
    Stratified(Holdout),
    /// Rows in a random order cut into `folds` parts; part number `fold` (from 0) is held back.
    KFold(KFold),
}

impl Default for Split {
    fn default() -> Self {
        Self::Shuffled(Holdout::default())
    }
}

/// The share of samples held back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Holdout {
    /// Share of the samples held back for testing, above 0 and below 1.
    pub test: f64,
}

impl Default for Holdout {
    fn default() -> Self {
        Self { test: 0.25 }
    }
}

/// One fold of a k-fold cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KFold {
    /// Number of parts, at least 2.
    pub folds: usize,
    /// The part held back, from 0.
    #[serde(default)]
    pub fold: usize,
    /// Whether every part has the classes in the same proportions.
    #[serde(default)]
    pub stratified: bool,
}

/// Exclusive or: no settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct XorSpec {}

/// Parity of bit strings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParitySpec {
    /// Length of the strings, 1 to 16.
    pub bits: usize,
}

/// Two half circles of radius 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MoonsSpec {
    /// Number of samples, half of them in each class.
    pub samples: usize,
    /// Standard deviation of the noise on each coordinate.
    pub noise: f64,
    /// Which samples are held back.
    pub split: Split,
}

impl Default for MoonsSpec {
    fn default() -> Self {
        Self {
            samples: 400,
            noise: 0.1,
            split: Split::default(),
        }
    }
}

/// Two concentric circles, the outer of radius 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CirclesSpec {
    /// Number of samples, half of them in each class.
    pub samples: usize,
    /// Standard deviation of the noise on each coordinate.
    pub noise: f64,
    /// Radius of the inner circle, above 0 and below 1.
    pub factor: f64,
    /// Which samples are held back.
    pub split: Split,
}

impl Default for CirclesSpec {
    fn default() -> Self {
        Self {
            samples: 400,
            noise: 0.05,
            factor: 0.5,
            split: Split::default(),
        }
    }
}

/// Two spirals of three turns, 97 points each in the original.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpiralsSpec {
    /// Number of samples, half of them in each class.
    pub samples: usize,
    /// Standard deviation of the noise on each coordinate, where the spirals' radius is 1.
    pub noise: f64,
    /// Turns of each spiral around the origin.
    pub turns: f64,
    /// Which samples are held back.
    pub split: Split,
}

impl Default for SpiralsSpec {
    fn default() -> Self {
        Self {
            samples: 194,
            noise: 0.0,
            turns: 3.0,
            split: Split::None,
        }
    }
}

/// One period of a sine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SineSpec {
    /// Number of samples, x evenly spaced on \[−π, π\].
    pub samples: usize,
    /// Standard deviation of the noise on y.
    pub noise: f64,
    /// Which samples are held back.
    pub split: Split,
}

impl Default for SineSpec {
    fn default() -> Self {
        Self {
            samples: 200,
            noise: 0.0,
            split: Split::default(),
        }
    }
}

fn comma() -> char {
    ','
}

fn point() -> char {
    '.'
}

/// Images of plane waves, `[C, H, W]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WavesSpec {
    /// Images, the classes in turn.
    pub samples: usize,
    /// Classes, each with a direction and a wavelength of its own.
    pub classes: usize,
    /// Channels of an image; each has a phase of its own.
    pub channels: usize,
    /// Height and width.
    pub size: usize,
    /// Standard deviation of the noise on each pixel.
    pub noise: f64,
    /// Which images are held back for testing.
    pub split: Split,
}

impl Default for WavesSpec {
    fn default() -> Self {
        Self {
            samples: 200,
            classes: 4,
            channels: 1,
            size: 16,
            noise: 0.1,
            split: Split::default(),
        }
    }
}
