//! What is measured on outputs: accuracy, coefficient of determination, errors.

use contract::Real;
use datasets::statistics::{Of, deviation, mean};
use datasets::{Samples, Target};
use ndarray::{ArrayView1, ArrayView2};
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
    seen: usize,
    right: usize,
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
            samples,
            rows,
            target,
            threshold,
            smallest_wins: loss.smallest_wins(),
            seen: 0,
            right: 0,
            squares: 0.0,
            absolutes: 0.0,
        }
    }

    /// Adds the outputs `[N, D_out]` of the next N samples.
    pub fn add<T: Real>(&mut self, output: ArrayView2<T>) {
        for y in output.rows() {
            let row = self.rows[self.seen];
            match self.target {
                Target::Classes { .. } => {
                    let label = self.samples.labels().unwrap_or_default()[row];
                    self.right += usize::from(self.class(y) == label);
                }
                Target::Real { scale, .. } => {
                    let t = self.samples.values().unwrap_or_default()[row];
                    let error = (y[0].f64() - t) * scale;
                    self.squares += error * error;
                    self.absolutes += error.abs();
                }
            }
            self.seen += 1;
        }
    }

    /// The class with the largest output, or the smallest where outputs are penalties; the first of
    /// several.
    fn class<T: Real>(&self, y: ArrayView1<T>) -> usize {
        if y.len() == 1 {
            return usize::from(y[0].f64() >= self.threshold);
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
        best
    }

    /// The value of a metric over all samples seen.
    pub fn value(&self, metric: Metric) -> f64 {
        let n = self.seen as f64;
        match metric {
            Metric::Accuracy => self.right as f64 / n,
            Metric::Rmse => (self.squares / n).sqrt(),
            Metric::Mae => self.absolutes / n,
            Metric::R2 => 1.0 - self.squares / self.spread(),
        }
    }

    /// Σ (t − mean t)² in the target's own unit.
    fn spread(&self) -> f64 {
        let all = self.samples.values().unwrap_or_default();
        let values = || self.rows.iter().map(|&row| all[row]);
        let scale = match self.target {
            Target::Real { scale, .. } => *scale,
            Target::Classes { .. } => 1.0,
        };
        let mean = values().sum::<f64>() / self.rows.len() as f64;
        values().map(|t| ((t - mean) * scale).powi(2)).sum()
    }
}

/// Mean and sample standard deviation (none for a single value).
pub fn mean_and_deviation(values: &[f64]) -> (f64, Option<f64>) {
    let several = values.len() > 1;
    (mean(values), several.then(|| deviation(values, Of::Sample)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasets::{Features, Targets};
    use ndarray::{Array2, array};
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
        let one = array![[0.2], [0.4], [0.6], [-1.0]];
        let mut logits = Measurement::new(&samples, &ALL, &target, LossSpec::BinaryCrossEntropy);
        logits.add(one.view());
        assert_eq!(logits.value(Metric::Accuracy), 0.75);
        let mut squared = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
        squared.add(one.view());
        assert_eq!(squared.value(Metric::Accuracy), 0.75);
    }

    #[test]
    fn where_outputs_are_penalties_the_smallest_is_the_answer() {
        let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
        let loss = LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 });
        let mut measured = Measurement::new(&samples, &[3, 1], &target, loss);
        measured.add(array![[0.5, 2.0], [0.1, 2.0]].view());
        assert_eq!(measured.value(Metric::Accuracy), 0.5);
    }

    /// Targets 1, 2, 3, 4 in units of 10: errors 0, 0, 10, -10 leave 200 of 500.
    #[test]
    fn errors_of_a_real_target_are_in_its_own_unit() {
        let samples = samples(Targets::Values(vec![1.0, 2.0, 3.0, 4.0]));
        let target = Target::Real {
            name: "y".into(),
            mean: 5.0,
            scale: 10.0,
        };
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
