//! Between which values a measure lies with 95 % confidence, were the cases drawn anew.

use contract::Streams;
use rand::RngExt;
use rayon::prelude::*;

use super::measures::Measures;
use crate::activity::Activity;
use crate::{Failure, interrupt};

/// The 97.5th percentile of the standard normal distribution.
const Z: f64 = 1.959963984540054;

/// The interval of Wilson (1927) for `$k$` of `$n$`: all shares p with
/// `$|k/n - p| \le z \sqrt{p (1 - p) / n}$`,
///
/// ```math
/// \frac{k + z^2/2 \pm z \sqrt{k (n - k)/n + z^2/4}}{n + z^2},
/// ```
///
/// which stays within 0 and 1 and is none of width 0 where k = n. None of n = 0.
pub fn wilson(k: f64, n: f64) -> Option<[f64; 2]> {
    let half = Z * (k * (n - k) / n + Z * Z / 4.0).sqrt();
    let end = |sign: f64| ((k + Z * Z / 2.0 + sign * half) / (n + Z * Z)).clamp(0.0, 1.0);
    (n > 0.0).then(|| [end(-1.0), end(1.0)])
}

/// How often which samples are drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Bootstrap {
    /// How often.
    pub resamples: usize,
    /// Seeds the choice.
    pub seed: u64,
}

impl Bootstrap {
    /// For each measure the 2.5th and the 97.5th percentile of what it is of as many samples, drawn
    /// from those there are, each as often as it comes (Efron 1979). `samples` says of which sample
    /// each case is: those of one come together. None where nothing is drawn, or a measure is not
    /// defined of any of them.
    ///
    /// # Errors
    /// When somebody asks to stop.
    pub fn intervals(
        self,
        of: &dyn Measures,
        samples: &[usize],
    ) -> Result<Vec<Option<[f64; 2]>>, Failure> {
        let count = samples.iter().max().map_or(0, |last| last + 1);
        let streams = Streams::new(self.seed);
        let activity = Activity::new("evaluate");
        activity.begin("resamples", self.resamples);
        let draw = |number: usize| {
            if interrupt::requested() {
                return Err(Failure::Interrupted(interrupt::cause().into()));
            }
            let mut rng = streams.stream(&format!("bootstrap/{number}"));
            let mut times = vec![0.0; count];
            for _ in 0..count {
                times[rng.random_range(0..count)] += 1.0;
            }
            let weights: Vec<f64> = samples.iter().map(|&sample| times[sample]).collect();
            let values = of.values(&weights);
            activity.step();
            Ok(values)
        };
        let drawn = (0..self.resamples).into_par_iter().map(draw);
        let drawn: Vec<Vec<f64>> = drawn.collect::<Result<_, Failure>>()?;
        let interval = |measure: usize| {
            let values = drawn.iter().map(|values| values[measure]);
            let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
            values.sort_by(f64::total_cmp);
            Some([percentile(&values, 0.025)?, percentile(&values, 0.975)?])
        };
        Ok((0..of.names().len()).map(interval).collect())
    }
}

/// What lies at a share of sorted values, between two of them on a straight line; none of nothing.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(below + (at - at.floor()) * (above - below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::measures::{Name, Share};

    #[test]
    fn wilsons_interval_by_hand() {
        // Of one of one: 1 / (1 + z²) to 1.
        assert_eq!(wilson(1.0, 1.0), Some([1.0 / (1.0 + Z * Z), 1.0]));
        let [low, high] = wilson(8.0, 10.0).unwrap();
        assert!((low - 0.4901624715).abs() < 1e-9, "{low}");
        assert!((high - 0.9433178485).abs() < 1e-9, "{high}");
        assert_eq!(wilson(0.0, 0.0), None);
    }

    #[test]
    fn percentiles_lie_between_values_on_a_straight_line() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!(percentile(&sorted, 0.5), Some(2.0));
        assert_eq!(percentile(&sorted, 0.75), Some(3.0));
        assert_eq!(percentile(&sorted, 1.0), Some(4.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    /// The mean of numbers, and how many cases are drawn.
    struct Mean(Vec<f64>);

    impl Measures for Mean {
        fn names(&self) -> Vec<Name> {
            vec![Name::whole("mean"), Name::whole("cases")]
        }

        fn values(&self, weights: &[f64]) -> Vec<f64> {
            let sum: f64 = self.0.iter().zip(weights).map(|(x, w)| w * x).sum();
            let cases: f64 = weights.iter().sum();
            vec![sum / cases, cases]
        }

        fn shares(&self) -> Vec<Option<Share>> {
            vec![None; 2]
        }
    }

    /// The mean of 400 numbers from 0 to 1 has a standard error of about .0145.
    #[test]
    fn a_mean_is_as_unsure_as_its_standard_error_says() {
        let numbers: Vec<f64> = (0..400).map(|n| f64::from(n) / 399.0).collect();
        let samples: Vec<usize> = (0..400).collect();
        let bootstrap = |seed| Bootstrap {
            resamples: 1000,
            seed,
        };
        let of = |seed| bootstrap(seed).intervals(&Mean(numbers.clone()), &samples);
        let found = of(1).unwrap();
        let [low, high] = found[0].unwrap();
        let width = 2.0 * 1.96 * (1.0 / 12.0 / 400.0_f64).sqrt();
        assert!(((high - low) / width - 1.0).abs() < 0.1, "{low} to {high}");
        assert!(low < 0.5 && high > 0.5);
        assert_eq!(found[1], Some([400.0, 400.0]));
        assert_eq!(found, of(1).unwrap(), "the same seed");
        assert_ne!(found, of(2).unwrap());
    }

    #[test]
    fn the_cases_of_a_sample_are_drawn_together() {
        let numbers = [0.0, 1.0].repeat(50);
        let samples: Vec<usize> = (0..100).map(|case| case / 2).collect();
        let bootstrap = Bootstrap {
            resamples: 100,
            seed: 1,
        };
        let found = bootstrap.intervals(&Mean(numbers), &samples).unwrap();
        assert_eq!(found[0], Some([0.5, 0.5]), "each sample has both");
    }
}
