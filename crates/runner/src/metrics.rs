//! What is measured on outputs: accuracy, coefficient of determination, errors.

use contract::Real;
use datasets::statistics::{Of, deviation, mean};
use datasets::{Samples, Target};
use ndarray::{Array2, ArrayView1, ArrayView2, s};
use spec::learners::Coding;
use spec::training::{LossSpec, Metric, Right};

/// Collects the outputs of some samples, chunk by chunk.
pub struct Measurement<'a> {
    samples: &'a Samples,
    /// Which of the samples, in the order in which their outputs come.
    rows: &'a [usize],
    target: &'a Target,
    /// A single output at or above it is class 1.
    threshold: f64,
    /// Whether outputs are penalties: the smallest is the answer.
    smallest_wins: bool,
    /// Samples that were added.
    seen: usize,
    /// Classes among them, one a sample or one a position.
    classes: usize,
    right: usize,
    /// Samples that are right at every position.
    exact: usize,
    /// Σ −log₂ p of the classes that are right, by softmax.
    bits: f64,
    /// When an output of a real target is right; none: it is not asked.
    right_if: Option<Right>,
    /// Samples with an output that is not.
    wrong: usize,
    /// Phases of positions, and numbers of a target, whose errors are told apart.
    phases: usize,
    apart: usize,
    /// Of real targets: `[phases, apart]`.
    errors: Vec<Errors>,
}

/// Errors of some numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Errors {
    numbers: usize,
    squares: f64,
    absolutes: f64,
}

impl<'a> Measurement<'a> {
    /// Nothing seen yet. A single output of a network trained on logits is class 1 from 0, else
    /// from 1/2.
    pub fn new(
        samples: &'a Samples,
        rows: &'a [usize],
        target: &'a Target,
        loss: LossSpec,
    ) -> Self {
        let threshold = match loss.loss().takes_logits() {
            true => 0.0,
            false => 0.5,
        };
        Self {
            threshold,
            smallest_wins: loss.smallest_wins(),
            ..Self::of_learner(samples, rows, target, Coding::Signs)
        }
    }

    /// Nothing seen yet, of a learner's outputs: a single one is class 1 from the middle of the two
    /// targets on.
    pub fn of_learner(
        samples: &'a Samples,
        rows: &'a [usize],
        target: &'a Target,
        coding: Coding,
    ) -> Self {
        let threshold = match coding {
            Coding::Signs => 0.0,
            Coding::Bits | Coding::OneHot | Coding::Real | Coding::Tokens => 0.5,
        };
        Self {
            samples,
            rows,
            target,
            threshold,
            smallest_wins: false,
            seen: 0,
            classes: 0,
            right: 0,
            exact: 0,
            bits: 0.0,
            right_if: None,
            wrong: 0,
            phases: 1,
            apart: 1,
            errors: vec![Errors::default()],
        }
    }

    /// The same, which tells the errors at positions 0, P, 2 P ... of a sequence from those at 1,
    /// P + 1 ... and so on, P being the number of phases. Where the data say at which place of a
    /// word a target stands, its phase is that place, and the last phase has all places behind it,
    /// too.
    pub fn by_phase(self, phases: usize) -> Self {
        let phases = phases.max(1);
        let errors = vec![Errors::default(); phases * self.apart];
        Self {
            phases,
            errors,
            ..self
        }
    }

    /// The same, which tells the errors of each number of a target apart.
    pub fn by_output(self) -> Self {
        let apart = self.numbers();
        let errors = vec![Errors::default(); self.phases * apart];
        Self {
            apart,
            errors,
            ..self
        }
    }

    /// The same, which counts samples with an output that is not right.
    pub fn counting_wrong(self, right_if: Option<Right>) -> Self {
        Self { right_if, ..self }
    }

    /// Adds the outputs `[N, D_out]` of the next N samples.
    pub fn add<T: Real>(&mut self, output: ArrayView2<T>) {
        let first = self.seen;
        let rows = &self.rows[first..first + output.nrows()];
        self.seen += rows.len();
        if let Some(labels) = self.samples.labels() {
            self.add_classes(output, rows, labels);
            return;
        }
        let (t, unit, width) = (targets(self.samples, rows), self.unit(), self.numbers());
        let positions = self.samples.positions();
        for (sample, ((y, t), &row)) in
            (first..).zip(output.rows().into_iter().zip(t.rows()).zip(rows))
        {
            // In a stream of single steps the position is that of the sample.
            let before = if positions == 1 { sample } else { 0 };
            let numbers = width * self.samples.true_positions(row);
            if let Some(right) = self.right_if {
                let all = |of: &mut dyn Iterator<Item = f64>| Vec::from_iter(of.take(numbers));
                let y = all(&mut y.iter().map(|y| y.f64() * unit));
                let t = all(&mut t.iter().map(|t| t * unit));
                let mut positions = y.chunks(width).zip(t.chunks(width));
                self.wrong += usize::from(!positions.all(|(y, t)| learners::is_right(right, y, t)));
            }
            for (at, (y, t)) in y.iter().zip(t).take(numbers).enumerate() {
                let error = (y.f64() - t) * unit;
                let phase = match self.samples.place(row, at / width) {
                    Some(place) => place.min(self.phases - 1),
                    None => (before + at / width) % self.phases,
                };
                let errors = &mut self.errors[phase * self.apart + at % width % self.apart];
                errors.numbers += 1;
                errors.squares += error * error;
                errors.absolutes += error.abs();
            }
        }
    }

    /// Adds outputs `[N, P·K]` whose targets are classes at P positions.
    fn add_classes<T: Real>(&mut self, output: ArrayView2<T>, rows: &[usize], labels: &[usize]) {
        let positions = self.samples.positions();
        let width = output.ncols() / positions;
        for (y, &row) in output.rows().into_iter().zip(rows) {
            let labels = &labels[row * positions..][..self.samples.true_positions(row)];
            let before = self.right;
            for (y, &label) in y.exact_chunks(width).into_iter().zip(labels) {
                self.classes += 1;
                self.right += usize::from(self.class(y) == Some(label));
                if positions > 1 && width > 1 {
                    self.bits += bits(y, label);
                }
            }
            self.exact += usize::from(self.right - before == labels.len());
        }
    }

    /// Numbers of a target, of a sequence at each position.
    fn numbers(&self) -> usize {
        self.samples.target_width() / self.samples.positions()
    }

    /// The class with the largest output, or the smallest where outputs are penalties; the first of
    /// several. None: the outputs are no numbers, as those of a learner that rejects a sample, and
    /// no class is right.
    pub fn class<T: Real>(&self, y: ArrayView1<T>) -> Option<usize> {
        if y.iter().any(|y| y.f64().is_nan()) {
            return None;
        }
        if y.len() == 1 {
            return Some(usize::from(y[0].f64() >= self.threshold));
        }
        let mut best = 0;
        for (class, value) in y.iter().enumerate() {
            let better = match self.smallest_wins {
                true => *value < y[best],
                false => *value > y[best],
            };
            if better {
                best = class;
            }
        }
        Some(best)
    }

    /// The value of a metric over all samples seen; of several targets, over all their numbers.
    pub fn value(&self, metric: Metric) -> f64 {
        let n = self.classes as f64;
        let all = Errors::sum(&self.errors);
        match metric {
            Metric::Accuracy => self.right as f64 / n,
            Metric::Error => (self.classes - self.right) as f64 / n,
            Metric::ExactMatch => self.exact as f64 / self.seen as f64,
            Metric::BitsPerCharacter => self.bits / n,
            Metric::Rmse => all.rmse(),
            Metric::Mae => all.mae(),
            Metric::Wrong => self.wrong as f64 / self.seen as f64,
            Metric::R2 => 1.0 - all.squares / self.spread(),
        }
    }

    /// The value of an error over the positions of a phase alone; NaN of another metric.
    pub fn value_of_phase(&self, metric: Metric, phase: usize) -> f64 {
        let of_phase = self.errors.iter().skip(phase * self.apart);
        Errors::sum(of_phase.take(self.apart)).value(metric)
    }

    /// The value of an error of one number of the target alone; NaN of another metric.
    pub fn value_of_output(&self, metric: Metric, output: usize) -> f64 {
        let of_output = self.errors.iter().skip(output).step_by(self.apart);
        Errors::sum(of_output).value(metric)
    }

    /// What an error is measured in: the unit of a single target; what is stored of several, so
    /// that they count alike once they are scaled.
    fn unit(&self) -> f64 {
        match self.target {
            Target::Real(quantities) if quantities.len() == 1 => quantities[0].scale,
            _ => 1.0,
        }
    }

    /// Σ (t − mean t)² in that unit, each number of a target about its own mean.
    fn spread(&self) -> f64 {
        let width = self.numbers();
        let (mut means, mut count) = (vec![0.0; width], 0);
        self.each_target(|t| {
            count += t.len() / width;
            let numbers = t.iter().zip((0..width).cycle());
            numbers.for_each(|(t, at)| means[at] += t);
        });
        means.iter_mut().for_each(|mean| *mean /= count as f64);
        let mut spread = 0.0;
        self.each_target(|t| {
            let square = |(t, mean): (&f64, &f64)| ((t - mean) * self.unit()).powi(2);
            spread += t.iter().zip(means.iter().cycle()).map(square).sum::<f64>();
        });
        spread
    }

    /// Calls `look` with the targets of each sample that are no padding, one behind the other.
    fn each_target(&self, mut look: impl FnMut(ArrayView1<f64>)) {
        for rows in self.rows.chunks(AT_A_TIME) {
            let t = targets(self.samples, rows);
            for (t, &row) in t.rows().into_iter().zip(rows) {
                let numbers = self.numbers() * self.samples.true_positions(row);
                look(t.slice(s![..numbers]));
            }
        }
    }
}

impl Errors {
    fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let add = |all: Self, one: &Self| Self {
            numbers: all.numbers + one.numbers,
            squares: all.squares + one.squares,
            absolutes: all.absolutes + one.absolutes,
        };
        all.into_iter().fold(Self::default(), add)
    }

    fn value(self, metric: Metric) -> f64 {
        match metric {
            Metric::Rmse => self.rmse(),
            Metric::Mae => self.mae(),
            _ => f64::NAN,
        }
    }

    fn rmse(self) -> f64 {
        (self.squares / self.numbers as f64).sqrt()
    }

    fn mae(self) -> f64 {
        self.absolutes / self.numbers as f64
    }
}

/// −log₂ of the probability that the softmax of `y` gives a class.
pub fn bits<T: Real>(y: ArrayView1<T>, class: usize) -> f64 {
    let largest = y.iter().fold(f64::NEG_INFINITY, |m, y| m.max(y.f64()));
    let sum: f64 = y.iter().map(|y| (y.f64() - largest).exp()).sum();
    (sum.ln() + largest - y[class].f64()) / std::f64::consts::LN_2
}

/// Samples whose targets are looked at at a time.
const AT_A_TIME: usize = 1000;

/// The targets `[rows.len(), K]` of some samples.
fn targets(samples: &Samples, rows: &[usize]) -> Array2<f64> {
    let mut t = Array2::zeros((rows.len(), samples.target_width()));
    samples.gather_targets(rows, t.view_mut());
    t
}

/// Mean and sample standard deviation (none for a single value).
pub fn mean_and_deviation(values: &[f64]) -> (f64, Option<f64>) {
    let several = values.len() > 1;
    (mean(values), several.then(|| deviation(values, Of::Sample)))
}

#[cfg(test)]
mod tests;
