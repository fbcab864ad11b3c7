//! Ours beside the published figure.

use datasets::statistics::interval;
use spec::measures::Better;
use spec::table::{Accept, How, Published};

use super::aggregate::Summary;

/// What is said of a figure of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It meets the acceptance rule.
    Reproduced,
    /// It is better than the rule asks for.
    Better,
    /// It does not meet it.
    Short,
}

impl Verdict {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Better => "better",
            Self::Short => "short",
        }
    }
}

/// What several runs reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// Runs that have the number.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, of several.
    pub deviation: Option<f64>,
    /// The best.
    pub best: f64,
    /// The worst.
    pub worst: f64,
    /// The middle one.
    pub median: f64,
    /// 95 % interval of the mean, of several.
    pub interval: Option<(f64, f64)>,
}

impl Reached {
    /// Of several runs, where this is better.
    pub fn of(runs: &Summary, better: Better) -> Self {
        let (best, worst) = match better {
            Better::Higher => (runs.largest, runs.least),
            Better::Lower => (runs.least, runs.largest),
        };
        let deviation = runs.deviation;
        Self {
            count: runs.count,
            mean: runs.mean,
            deviation,
            best,
            worst,
            median: runs.median,
            interval: deviation.and_then(|width| interval(runs.mean, width, runs.count)),
        }
    }

    /// What is held against a figure that was obtained in that way.
    pub fn compared(&self, how: How) -> f64 {
        match how {
            How::OneRun | How::Mean | How::Unknown => self.mean,
            How::Median => self.median,
            How::Best => self.best,
            How::Every => self.worst,
        }
    }

    /// The verdict.
    pub fn verdict(&self, published: &Published, better: Better) -> Verdict {
        let ours = self.compared(published.how);
        let distance = (ours - published.value).abs();
        let is_better = better.prefers(ours, published.value);
        let accepted = match published.accept {
            Accept::Within(width) => distance <= width,
            Accept::AtLeast(bound) => ours >= bound,
            Accept::AtMost(bound) => ours <= bound,
        };
        match (accepted, is_better, published.accept) {
            (true, false, _) | (true, true, Accept::Within(_)) => Verdict::Reproduced,
            (_, true, _) => Verdict::Better,
            (false, false, _) => Verdict::Short,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::aggregate::tests::summary;
    use spec::table::TableMeasure;

    fn verdict(name: &str, how: How, accept: Accept, values: &[f64]) -> Verdict {
        let measure = TableMeasure::try_from(name.to_string()).unwrap();
        let published = Published {
            measure: None,
            value: 0.5,
            source: "a table".into(),
            how,
            runs: None,
            accept,
        };
        let reached = Reached::of(&summary(values).unwrap(), measure.better());
        reached.verdict(&published, measure.better())
    }

    #[test]
    fn a_figure_is_reproduced_better_or_short() {
        use Verdict::{Better, Reproduced, Short};
        let within = Accept::Within(0.125);
        let error = |values: &[f64]| verdict("test_error", How::Mean, within, values);
        assert_eq!(error(&[0.375, 0.625]), Reproduced);
        assert_eq!(error(&[0.375, 0.375]), Reproduced);
        assert_eq!(error(&[0.25, 0.375]), Better);
        assert_eq!(error(&[0.75, 0.625]), Short);
        let best = |values: &[f64]| verdict("test_accuracy", How::Best, within, values);
        assert_eq!(best(&[0.1, 0.5]), Reproduced);
        assert_eq!(best(&[0.1, 0.25]), Short);
        let every =
            |values: &[f64]| verdict("test_accuracy", How::Every, Accept::AtLeast(0.25), values);
        assert_eq!(every(&[0.25, 0.5]), Reproduced);
        assert_eq!(every(&[0.125, 0.75]), Short);
        assert_eq!(every(&[0.625, 0.75]), Better);
        let median = |values: &[f64]| verdict("epochs", How::Median, Accept::AtMost(1.0), values);
        assert_eq!(median(&[0.0, 1.0, 9.0]), Reproduced);
    }

    #[test]
    fn best_and_worst_follow_the_better_direction() {
        for (name, best, worst) in [("test_error", 1.0, 3.0), ("test_accuracy", 3.0, 1.0)] {
            let measure = TableMeasure::try_from(name.to_string()).unwrap();
            let reached = Reached::of(&summary(&[2.0, 3.0, 1.0]).unwrap(), measure.better());
            assert_eq!((reached.best, reached.worst), (best, worst), "{name}");
            assert_eq!((reached.mean, reached.deviation), (2.0, Some(1.0)));
        }
    }
}
