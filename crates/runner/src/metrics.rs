//! What is measured on outputs: accuracy, coefficient of determination, errors.

use contract::Real;
use datasets::statistics::{Of, deviation, mean};
use datasets::{Samples, Target};
use ndarray::{Array2, ArrayView1, ArrayView2, s};
use spec::learners::Coding;
use spec::training::{LossSpec, Metric};

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
    /// Of real targets, at the positions of each phase.
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
            errors: vec![Errors::default()],
        }
    }

    /// The same, which tells the errors at positions 0, P, 2 P ... of a sequence from those at 1,
    /// P + 1 ... and so on, P being the number of phases.
    pub fn by_phase(self, phases: usize) -> Self {
        let errors = vec![Errors::default(); phases.max(1)];
        Self { errors, ..self }
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
            for (at, (y, t)) in y.iter().zip(t).take(numbers).enumerate() {
                let error = (y.f64() - t) * unit;
                let phases = self.errors.len();
                let errors = &mut self.errors[(before + at / width) % phases];
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
        let add = |all: Errors, one: &Errors| Errors {
            numbers: all.numbers + one.numbers,
            squares: all.squares + one.squares,
            absolutes: all.absolutes + one.absolutes,
        };
        let all = self.errors.iter().fold(Errors::default(), add);
        match metric {
            Metric::Accuracy => self.right as f64 / n,
            Metric::Error => (self.classes - self.right) as f64 / n,
            Metric::ExactMatch => self.exact as f64 / self.seen as f64,
            Metric::BitsPerCharacter => self.bits / n,
            Metric::Rmse => all.rmse(),
            Metric::Mae => all.mae(),
            Metric::R2 => 1.0 - all.squares / self.spread(),
        }
    }

    /// The value of an error over the positions of a phase alone; NaN of another metric.
    pub fn value_of_phase(&self, metric: Metric, phase: usize) -> f64 {
        match metric {
            Metric::Rmse => self.errors[phase].rmse(),
            Metric::Mae => self.errors[phase].mae(),
            _ => f64::NAN,
        }
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
mod tests {
    use super::*;
    use datasets::{Features, Quantity, Targets};
    use ndarray::array;
    use spec::losses::MaximumAPosterioriSpec;

    const ALL: [usize; 4] = [0, 1, 2, 3];

    fn samples(targets: Targets) -> Samples {
        Samples::new(Features::Values(Array2::zeros((4, 1))), targets)
    }

    fn classes() -> Target {
        let names = vec!["no".into(), "yes".into()];
        Target::Classes { names }
    }

    #[test]
    fn accuracy_counts_the_largest_output_or_the_threshold() {
        let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
        let mut two = Measurement::new(&samples, &ALL, &target, LossSpec::SoftmaxCrossEntropy);
        two.add(array![[2.0, 1.0], [0.0, 1.0]].view());
        two.add(array![[3.0, 1.0], [-1.0, -2.0]].view());
        assert_eq!(two.value(Metric::Accuracy), 0.75);
        assert_eq!(two.value(Metric::Error), 0.25);
        let one = array![[0.2], [0.4], [0.6], [-1.0]];
        let mut logits = Measurement::new(&samples, &ALL, &target, LossSpec::BinaryCrossEntropy);
        logits.add(one.view());
        assert_eq!(logits.value(Metric::Accuracy), 0.75);
        let mut squared = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
        squared.add(one.view());
        assert_eq!(squared.value(Metric::Accuracy), 0.75);
    }

    /// Two sequences of two positions, the second padded: classes 0, 1 and 1 have the probabilities
    /// 1/2, 1/4 and 3/4.
    #[test]
    fn classes_at_every_position_count_alike_and_padding_does_not() {
        let features = Features::Values(Array2::zeros((2, 2)));
        let samples = Samples::new(features, Targets::Classes(vec![0, 1, 1, 0]));
        let samples = samples.at_positions(2).of_lengths(vec![2, 1]);
        let (rows, target) = ([0, 1], classes());
        let mut measured =
            Measurement::new(&samples, &rows, &target, LossSpec::SoftmaxCrossEntropy);
        let three = 3f64.ln();
        measured.add(array![[7.0, 7.0, three, 0.0], [-three, 0.0, 9.0, -9.0]].view());
        assert!((measured.value(Metric::Accuracy) - 2.0 / 3.0).abs() < 1e-15);
        assert!((measured.value(Metric::Error) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(
            measured.value(Metric::ExactMatch),
            0.5,
            "the first has an error"
        );
        let bits = (1.0 + 2.0 + (4f64 / 3.0).log2()) / 3.0;
        assert!((measured.value(Metric::BitsPerCharacter) - bits).abs() < 1e-14);
    }

    #[test]
    fn where_outputs_are_penalties_the_smallest_is_the_answer() {
        let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
        let loss = LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 });
        let mut measured = Measurement::new(&samples, &[3, 1], &target, loss);
        measured.add(array![[0.5, 2.0], [0.1, 2.0]].view());
        assert_eq!(measured.value(Metric::Accuracy), 0.5);
    }

    #[test]
    fn a_sample_that_is_rejected_is_wrong_whatever_its_class() {
        let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
        let none = [f64::NAN; 2];
        let mut measured = Measurement::of_learner(&samples, &ALL, &target, Coding::OneHot);
        measured.add(array![none, [0.0, 1.0], none, none].view());
        assert_eq!(measured.value(Metric::Accuracy), 0.25);
    }

    fn quantity(scale: f64) -> Quantity {
        Quantity {
            name: "y".into(),
            mean: 5.0,
            scale,
        }
    }

    /// Two targets, 1, 2, 3, 4 and 0, 0, 2, 2: one error of 1 and one of 2 among eight numbers,
    /// which lie 5 and 4 about their means.
    #[test]
    fn several_targets_count_alike() {
        let samples = samples(Targets::Values(vec![
            1.0, 0.0, 2.0, 0.0, 3.0, 2.0, 4.0, 2.0,
        ]));
        let target = Target::Real(vec![quantity(10.0), quantity(1e6)]);
        let mut measured = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
        measured.add(array![[1.0, 1.0], [2.0, 0.0], [3.0, 2.0], [2.0, 2.0]].view());
        assert!((measured.value(Metric::R2) - (1.0 - 5.0 / 9.0)).abs() < 1e-12);
        assert!((measured.value(Metric::Rmse) - (5f64 / 8.0).sqrt()).abs() < 1e-12);
        assert!((measured.value(Metric::Mae) - 3.0 / 8.0).abs() < 1e-12);
    }

    /// Sequences of two positions of two numbers, the second padded: errors 1, 0, 2, 0 and 0, 3.
    #[test]
    fn padding_is_not_measured_and_phases_are_told_apart() {
        let values = vec![1.0, 0.0, 2.0, 0.0, 3.0, 4.0, 9.0, 9.0];
        let features = Features::Values(Array2::zeros((2, 2)));
        let samples = Samples::new(features, Targets::Values(values));
        let samples = samples.at_positions(2).of_lengths(vec![2, 1]);
        let target = Target::Real(vec![quantity(1.0), quantity(1.0)]);
        let measured = Measurement::new(&samples, &[0, 1], &target, LossSpec::SquaredError);
        let mut measured = measured.by_phase(2);
        measured.add(array![[0.0, 0.0, 0.0, 0.0], [3.0, 1.0, 0.0, 0.0]].view());
        assert!((measured.value(Metric::Rmse) - (14f64 / 6.0).sqrt()).abs() < 1e-12);
        assert!((measured.value(Metric::Mae) - 1.0).abs() < 1e-12);
        let phases = [0, 1].map(|phase| measured.value_of_phase(Metric::Mae, phase));
        assert_eq!(phases, [1.0, 1.0]);
        assert_eq!(measured.value_of_phase(Metric::Rmse, 1), 2f64.sqrt());
        assert!(measured.value_of_phase(Metric::R2, 0).is_nan());
        // 1, 2, 3 about 2 and 0, 0, 4 about 4/3.
        let spread = 2.0 + 32.0 / 3.0;
        assert!((measured.value(Metric::R2) - (1.0 - 14.0 / spread)).abs() < 1e-12);
    }

    #[test]
    fn the_input_as_target_is_compared_with_the_output() {
        let features = Features::Values(array![[1.0, 0.0], [3.0, 4.0]]);
        let samples = Samples::new(features, Targets::Input);
        let mut measured =
            Measurement::new(&samples, &ALL[..2], &Target::Input, LossSpec::SquaredError);
        measured.add(array![[1.0, 0.0], [3.0, 2.0]].view());
        assert!((measured.value(Metric::R2) - 0.6).abs() < 1e-12);
        assert_eq!(measured.value(Metric::Mae), 0.5);
    }

    /// Targets 1, 2, 3, 4 in units of 10: errors 0, 0, 10, -10 leave 200 of 500.
    #[test]
    fn errors_of_a_real_target_are_in_its_own_unit() {
        let samples = samples(Targets::Values(vec![1.0, 2.0, 3.0, 4.0]));
        let target = Target::Real(vec![quantity(10.0)]);
        let mut measured = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
        measured.add(array![[1.0], [2.0], [4.0], [3.0]].view());
        assert!((measured.value(Metric::R2) - 0.6).abs() < 1e-12);
        assert!((measured.value(Metric::Rmse) - 50f64.sqrt()).abs() < 1e-12);
        assert!((measured.value(Metric::Mae) - 5.0).abs() < 1e-12);
        let mut part = Measurement::new(&samples, &[2, 0], &target, LossSpec::SquaredError);
        part.add(array![[4.0], [1.0]].view());
        assert!(
            (part.value(Metric::R2) - 0.5).abs() < 1e-12,
            "only of these rows"
        );
    }

    #[test]
    fn a_single_value_has_no_deviation() {
        assert_eq!(mean_and_deviation(&[1.0]), (1.0, None));
        let (mean, deviation) = mean_and_deviation(&[2.0, 4.0, 4.0, 6.0]);
        assert_eq!(mean, 4.0);
        assert!((deviation.unwrap() - (8.0f64 / 3.0).sqrt()).abs() < 1e-15);
    }
}
