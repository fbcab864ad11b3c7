//! `[dataset]`: which data an experiment learns from, and how they are prepared.
//!
//! The key under `[dataset]` names the kind, for example `[dataset.mnist]` or `[dataset.csv]`. Each
//! kind is one file here: its settings, the checks of their values, and what it says of itself
//! through [`Dataset`]. The list of [`DatasetSpec`] has a line for each.

mod adding;
mod bars_and_stripes;
mod cifar10;
mod circles;
mod class_weights;
mod column;
mod continual_reber;
mod csv;
mod dates;
mod distractors;
mod encoder;
mod gate;
mod images;
mod letters;
mod long_lag;
mod mnist;
mod moons;
mod multiplication;
mod pairs;
mod parity;
mod pixels;
mod reber;
mod reversal;
mod series;
mod sine;
mod spirals;
mod split;
mod surface;
mod target;
mod temporal_order;
mod temporal_xor;
mod text;
mod two_sequence;
mod waves;
mod xor;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::register::register;

pub use adding::AddingSpec;
pub use bars_and_stripes::BarsAndStripesSpec;
pub use cifar10::Cifar10Spec;
pub use circles::CirclesSpec;
pub use class_weights::ClassWeights;
pub use column::Column;
pub use continual_reber::ContinualReberSpec;
pub use csv::{CsvSpec, Missing, MissingPolicy, Scale, Task};
pub use dates::DatesSpec;
pub use distractors::DistractorsSpec;
pub use encoder::EncoderSpec;
pub use gate::{GateFunction, GateSpec};
pub use images::ImagesSpec;
pub use letters::{LetterCode, LettersSpec};
pub use long_lag::LongLagSpec;
pub use mnist::MnistSpec;
pub use moons::MoonsSpec;
pub use multiplication::MultiplicationSpec;
pub use pairs::PairsSpec;
pub use parity::ParitySpec;
pub use pixels::Pixels;
pub use reber::ReberSpec;
pub use reversal::ReversalSpec;
pub use series::SeriesSpec;
pub use sine::SineSpec;
pub use spirals::{SpiralsSpec, SpiralsVariant};
pub use split::{Holdout, KFold, Ordered, Split};
pub use surface::{SurfaceFunction, SurfaceSpec};
pub use target::{SetTarget, TableTarget};
pub use temporal_order::TemporalOrderSpec;
pub use temporal_xor::TemporalXorSpec;
pub use text::{TextInputs, TextSpec};
pub use two_sequence::TwoSequenceSpec;
pub use waves::WavesSpec;
pub use xor::XorSpec;

/// What a kind of data says of itself.
pub trait Dataset {
    /// Finds impossible settings.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Numbers of all inputs, where they are made here and not read; each is held in f64.
    fn generated_numbers(&self) -> Option<usize> {
        None
    }

    /// Whether the input itself is to be predicted, instead of what the data come with.
    fn predicts_its_input(&self) -> bool {
        false
    }

    /// Whether the samples to learn from are drawn anew for each pass.
    fn is_fresh(&self) -> bool {
        false
    }

    /// Whether a step `[D]` of a sequence is one that the target depends on, where the data mark
    /// some.
    fn is_marked(&self, _step: &[f64]) -> bool {
        false
    }

    /// How much each class counts; none: as much as it has samples.
    fn class_weights(&self) -> Option<&ClassWeights> {
        None
    }

    /// The settings that would scale the inputs, and the targets; none where there is no such
    /// setting, or it is in use.
    fn unused_scaling(&self) -> [Option<&'static str>; 2] {
        [None; 2]
    }

    /// Whether its setting `task` says if the target is a class or a real value.
    fn says_what_the_target_is(&self) -> bool {
        false
    }
}

register! {
    /// Where the samples come from.
    enum DatasetSpec: Dataset by dataset;
    settings {
        /// Images and labels in the IDX format of MNIST (also Fashion-MNIST, EMNIST, KMNIST).
        Mnist(MnistSpec) => mnist,
        /// PNG or JPEG pictures, in a folder for each class.
        Images(ImagesSpec) => images,
        /// The colour images of CIFAR-10's binary files.
        Cifar10(Cifar10Spec) => cifar10,
        /// A table of values separated by commas (or another character).
        Csv(CsvSpec) => csv,
        /// The four points of exclusive or; training and test set are the same table.
        Xor(XorSpec) => xor,
        /// A logic gate on all of its inputs; training and test set are the same table.
        Gate(GateSpec) => gate,
        /// All 2^bits bit strings, class 1 when the number of ones is odd.
        Parity(ParitySpec) => parity,
        /// Two interleaving half circles.
        Moons(MoonsSpec) => moons,
        /// A circle inside a circle.
        Circles(CirclesSpec) => circles,
        /// Two spirals around each other (Lang & Witbrock 1988).
        Spirals(SpiralsSpec) => spirals,
        /// y = sin(x) on one period: regression.
        Sine(SineSpec) => sine,
        /// A function of two variables on a grid: regression.
        Surface(SurfaceSpec) => surface,
        /// Images of waves whose direction and wavelength are the class: images of any size.
        Waves(WavesSpec) => waves,
        /// The vectors of an encoder: the same unit of two groups is on (Ackley et al. 1985).
        Encoder(EncoderSpec) => encoder,
        /// All images of whole rows, and of whole columns.
        BarsAndStripes(BarsAndStripesSpec) => bars_and_stripes,
        /// A column of a table as a series in time.
        Series(SeriesSpec) => series,
        /// The characters of a text, of which each next one is to be predicted.
        Text(TextSpec) => text,
        /// Exclusive or in time (Elman 1990).
        TemporalXor(TemporalXorSpec) => temporal_xor,
        /// Words without breaks between them, letter by letter (Elman 1990).
        Letters(LettersSpec) => letters,
        /// The sum of two marked numbers of a long sequence (Hochreiter & Schmidhuber 1997).
        Adding(AddingSpec) => adding,
        /// The product of two marked numbers of a long sequence (Hochreiter & Schmidhuber 1997).
        Multiplication(MultiplicationSpec) => multiplication,
        /// Two strings whose last symbol is their first, a long way back (Hochreiter & Schmidhuber
        /// 1997).
        LongLag(LongLagSpec) => long_lag,
        /// Which of two symbols came before many distractors (Hochreiter & Schmidhuber 1997).
        Distractors(DistractorsSpec) => distractors,
        /// Which of two values a long noisy sequence began with (Bengio, Simard & Frasconi 1994).
        TwoSequence(TwoSequenceSpec) => two_sequence,
        /// In which order two or three symbols came (Hochreiter & Schmidhuber 1997).
        TemporalOrder(TemporalOrderSpec) => temporal_order,
        /// Strings of the embedded Reber grammar.
        Reber(ReberSpec) => reber,
        /// Strings of the embedded Reber grammar without end (Gers, Schmidhuber & Cummins 2000).
        ContinualReber(ContinualReberSpec) => continual_reber,
        /// Pairs: symbols, and the same symbols in the opposite order.
        Reversal(ReversalSpec) => reversal,
        /// Pairs: dates as people write them, and as ISO 8601 has them.
        Dates(DatesSpec) => dates,
        /// Pairs: texts in two columns of a table.
        Pairs(PairsSpec) => pairs,
    }
}

impl DatasetSpec {
    /// Finds impossible settings.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let key = format!("dataset.{}", self.kind());
        self.dataset().check(&Checker::new(&key))
    }
}

/// What several kinds of data have.
impl Checker<'_> {
    /// The size and the noise of generated data.
    fn generated(&self, samples: usize, noise: f64) -> Result<(), Problem> {
        let fine = (4..=10_000_000).contains(&samples);
        self.require("samples", fine, "4 to 10000000 samples")?;
        let fine = noise >= 0.0 && noise.is_finite();
        self.require("noise", fine, "the noise must be 0 or more")
    }

    /// The numbers of pairs.
    fn pairs(&self, samples: usize, test: usize) -> Result<(), Problem> {
        for (field, count) in [("samples", samples), ("test_samples", test)] {
            let fine = (1..=10_000_000).contains(&count);
            self.require(field, fine, "1 to 10000000 pairs")?;
        }
        Ok(())
    }

    /// How many of the images are used.
    fn limits(&self, train: Option<usize>, test: Option<usize>) -> Result<(), Problem> {
        for (field, limit) in [("train_limit", train), ("test_limit", test)] {
            self.require(field, limit != Some(0), "1 image or more")?;
        }
        Ok(())
    }
}
