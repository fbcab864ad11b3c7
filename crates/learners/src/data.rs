//! What a learner learns from.

use contract::Streams;
use ndarray::{Array2, ArrayView1};

/// Samples with their targets as numbers, as the learner asked for them
/// ([`spec::learners::Coding`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Inputs `[N, D]`.
    pub x: Array2<f64>,
    /// Targets `[N, K]`.
    pub t: Array2<f64>,
    /// A name for each input.
    pub inputs: Vec<String>,
    /// A name for each number of the target.
    pub outputs: Vec<String>,
    /// How samples are divided into steps; none: they are no sequences.
    pub sequences: Option<Sequences>,
    /// Where what is drawn at random comes from.
    pub streams: Streams,
}

/// How the numbers of samples are those of sequences, which are padded at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequences {
    /// Numbers of a step.
    pub width: usize,
    /// Steps of each sequence `[N]`, without the padding.
    pub lengths: Vec<usize>,
    /// Targets of a sample: one for each step, or 1 behind the last.
    pub positions: usize,
    /// Steps of the first sequence that its target depends on, where the data mark some.
    pub marked: Vec<usize>,
}

impl Data {
    /// Samples `[N, D]` with targets `[N, K]`, whose columns are named by their numbers; the random
    /// streams of seed 1.
    ///
    /// # Panics
    /// When there is not one target for each sample.
    pub fn new(x: Array2<f64>, t: Array2<f64>) -> Self {
        assert_eq!(x.nrows(), t.nrows(), "one target for each sample");
        let numbered = |letter: &str, count| (1..=count).map(|i| format!("{letter}{i}")).collect();
        Self {
            inputs: numbered("x", x.ncols()),
            outputs: numbered("y", t.ncols()),
            x,
            t,
            sequences: None,
            streams: Streams::new(1),
        }
    }

    /// Number of samples, N.
    pub fn len(&self) -> usize {
        self.x.nrows()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each sample with its target.
    pub fn samples(&self) -> impl Iterator<Item = (ArrayView1<'_, f64>, ArrayView1<'_, f64>)> {
        self.x.rows().into_iter().zip(self.t.rows())
    }
}
