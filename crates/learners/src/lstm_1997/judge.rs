//! When a sequence counts as right, and when enough has been learned.

use ndarray::{ArrayD, IxDyn};
use spec::learners::{Judged, LatestSpec, Lstm1997Spec, StopSpec, TestedSpec};
use spec::measures::Right;

use crate::Data;

/// A sequence with its targets.
pub struct Sequence<'a> {
    /// `[T, D]`
    x: &'a [f64],
    /// `[T, K]`, or `[K]` behind the last step.
    t: &'a [f64],
    width: usize,
    outputs: usize,
    each_step: bool,
}

impl<'a> Sequence<'a> {
    /// One of the samples, without its padding.
    pub fn of(data: &'a Data, row: usize) -> Self {
        let (x, t) = (data.x.row(row).to_slice(), data.t.row(row).to_slice());
        let (x, t) = (x.unwrap_or_default(), t.unwrap_or_default());
        let (width, steps, each_step) = match &data.sequences {
            Some(of) => (of.width, of.lengths[row], of.positions > 1),
            None => (x.len(), 1, false),
        };
        Self {
            x: &x[..steps * width],
            t,
            width,
            outputs: data.outputs.len(),
            each_step,
        }
    }

    /// T.
    pub fn steps(&self) -> usize {
        self.x.len() / self.width
    }

    /// The inputs of a step `[D]`.
    pub fn input(&self, step: usize) -> &'a [f64] {
        &self.x[step * self.width..][..self.width]
    }

    /// The targets of a step `[K]`, if it has some.
    pub fn target(&self, step: usize) -> Option<&'a [f64]> {
        match self.each_step {
            true => Some(&self.t[step * self.outputs..][..self.outputs]),
            false => (step + 1 == self.steps()).then_some(self.t),
        }
    }
}

/// How a sequence went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Steps that it went.
    pub steps: usize,
    /// Whether an answer that is judged was wrong.
    pub wrong: bool,
    /// Sum of the absolute errors of all answers that are judged.
    errors: f64,
    /// How many numbers they are.
    numbers: usize,
}

impl Seen {
    /// Takes an answer `[K]`.
    pub fn look(&mut self, settings: &Lstm1997Spec, y: &[f64], t: &[f64], last: bool) {
        if settings.judged == Judged::Last && !last {
            return;
        }
        self.wrong |= !is_right(settings.right, y, t);
        self.errors += y.iter().zip(t).map(|(y, t)| (y - t).abs()).sum::<f64>();
        self.numbers += y.len();
    }

    /// The mean absolute error of an output.
    fn mean_error(&self) -> f64 {
        self.errors / self.numbers as f64
    }
}

/// Whether these are the outputs that are wanted; NaN never is.
pub fn is_right(right: Right, y: &[f64], t: &[f64]) -> bool {
    match right {
        Right::Within(bound) => y.iter().zip(t).all(|(y, t)| (y - t).abs() < bound),
        Right::MostActive => {
            let of = |wanted: bool| {
                let outputs = y.iter().zip(t);
                outputs
                    .filter(move |(_, t)| (**t == 1.0) == wanted)
                    .map(|(y, _)| *y)
            };
            let least = of(true).fold(f64::INFINITY, f64::min);
            of(false).all(|y| y < least)
        }
    }
}

/// How many sequences went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total {
    sequences: usize,
    /// Sequences with a wrong answer.
    pub wrong: usize,
    errors: f64,
    steps: usize,
}

impl Total {
    /// One more.
    pub fn add(&mut self, seen: &Seen) {
        self.sequences += 1;
        self.wrong += usize::from(seen.wrong);
        self.errors += seen.mean_error();
        self.steps += seen.steps;
    }

    /// The mean over the sequences of their mean absolute error.
    pub fn mean_error(&self) -> f64 {
        self.errors / self.sequences as f64
    }

    /// The share of wrong sequences.
    pub fn share_wrong(&self) -> f64 {
        self.wrong as f64 / self.sequences as f64
    }

    /// The mean number of steps that a sequence went.
    pub fn mean_steps(&self) -> f64 {
        self.steps as f64 / self.sequences as f64
    }

    /// Whether all of them are right, and their error small enough.
    pub fn is_right(&self, bound: &TestedSpec) -> bool {
        self.wrong == 0
            && bound
                .mean_error
                .is_none_or(|bound| self.mean_error() < bound)
    }
}

/// The latest training sequences, a ring. Before there are so many, those that lack count as wrong.
pub struct Latest {
    /// Mean absolute error, and 1 for a wrong one: `[sequences, 2]`.
    ring: Vec<[f64; 2]>,
    wrong: usize,
}

impl Latest {
    /// None so far; of a rule that does not ask for them there is room for none.
    pub fn new(settings: &Lstm1997Spec) -> Self {
        let sequences = match settings.stop {
            StopSpec::Latest(latest) => latest.sequences,
            StopSpec::Test(_) | StopSpec::All(_) => 0,
        };
        Self {
            ring: vec![[0.0, 1.0]; sequences],
            wrong: sequences,
        }
    }

    /// Takes the sequence of this number, from 0, in the place of the oldest.
    pub fn put(&mut self, number: usize, seen: &Seen) {
        if self.ring.is_empty() {
            return;
        }
        let place = number % self.ring.len();
        self.wrong -= usize::from(self.ring[place][1] == 1.0);
        self.wrong += usize::from(seen.wrong);
        self.ring[place] = [seen.mean_error(), f64::from(u8::from(seen.wrong))];
    }

    /// Whether they are as good as the rule asks.
    pub fn are_right(&self, stop: &StopSpec) -> bool {
        let StopSpec::Latest(LatestSpec {
            wrong, mean_error, ..
        }) = *stop
        else {
            return false;
        };
        let mean = || self.ring.iter().map(|of| of[0]).sum::<f64>() / self.ring.len() as f64;
        self.wrong <= wrong && mean_error.is_none_or(|bound| mean() < bound)
    }

    /// All that there is to keep.
    pub fn tensor(&self) -> ArrayD<f64> {
        let mut numbers = self.ring.iter().flatten().copied();
        let next = || numbers.next().unwrap_or_default();
        ArrayD::from_shape_simple_fn(IxDyn(&[self.ring.len(), 2]), next)
    }

    /// What was kept.
    pub fn load(&mut self, tensor: &ArrayD<f64>) {
        let numbers: Vec<f64> = tensor.iter().copied().collect();
        for (of, kept) in self.ring.iter_mut().zip(numbers.chunks_exact(2)) {
            *of = [kept[0], kept[1]];
        }
        self.wrong = self.ring.iter().filter(|of| of[1] == 1.0).count();
    }
}
