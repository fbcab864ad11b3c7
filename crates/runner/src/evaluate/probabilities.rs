//! Of the probabilities that are answered: log-loss, Brier score and calibration.
//!
//! p is the probability of each class, t 1 for the class of the case and 0 for the others.
//!
//! | measure | of a case | source |
//! |---|---|---|
//! | log-loss | −ln p_c of its class c, p between ε and 1 − ε, ε = 2⁻⁵² | |
//! | Brier score | Σₖ (p_k − t_k)², of two classes half of that | Brier 1950 |
//! | calibration error | Σ_b n_b / N · abs(right_b − confidence_b) over 15 bins | Guo et al. 2017 |
//!
//! The first two are means over the cases. For the third the confidence of a case is the largest of
//! its probabilities, and it is right if that is its class (the first of several that are equal);
//! bin b has the cases with a confidence above (b − 1)/15 up to b/15, right_b is the share of them
//! that is right, and confidence_b their mean confidence.

use ndarray::{Array2, ArrayView1, ArrayView2};
use spec::link::Link;

/// Bins of a calibration.
pub const BINS: usize = 15;

/// Probabilities `[N, K]` of outputs `[N, K]`, or of two classes `[N, 1]`.
pub fn probabilities(link: Link, outputs: ArrayView2<f64>) -> Array2<f64> {
    let mut p = match link {
        Link::Identity => outputs.to_owned(),
        Link::Logistic => outputs.mapv(|y| 1.0 / (1.0 + (-y).exp())),
        Link::Softmax => exponentials(outputs.to_owned()),
        Link::SoftmaxOfPenalties => exponentials(outputs.mapv(|y| -y)),
    };
    if p.ncols() == 1 {
        return Array2::from_shape_fn((p.nrows(), 2), |(row, class)| match class {
            0 => 1.0 - p[[row, 0]],
            _ => p[[row, 0]],
        });
    }
    let classes = p.ncols() as f64;
    for mut p in p.rows_mut() {
        match p.sum() {
            0.0 => p.fill(1.0 / classes),
            sum => p /= sum,
        }
    }
    p
}

/// e^y, each row divided by its largest number.
fn exponentials(mut y: Array2<f64>) -> Array2<f64> {
    for mut y in y.rows_mut() {
        let largest = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        y.mapv_inplace(|y| (y - largest).exp());
    }
    y
}

/// −ln of the probability of a case's class.
pub fn log_loss(p: ArrayView1<f64>, class: usize) -> f64 {
    -p[class].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// The squared distance of the probabilities from what is, of two classes half of it.
pub fn brier(p: ArrayView1<f64>, class: usize) -> f64 {
    let squares = p.iter().enumerate().map(|(k, p)| match k == class {
        true => (1.0 - p).powi(2),
        false => p * p,
    });
    let sum: f64 = squares.sum();
    if p.len() == 2 { sum / 2.0 } else { sum }
}

/// How sure each case is, and whether it is right.
#[derive(Clone, Debug)]
pub struct Calibration(Vec<Sure>);

#[derive(Clone, Copy, Debug)]
struct Sure {
    confidence: f64,
    right: bool,
    bin: usize,
}

/// The cases of a bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Bin {
    /// Their weight.
    pub cases: f64,
    /// Their mean confidence; 0 of none.
    pub confidence: f64,
    /// The share of them that is right; 0 of none.
    pub right: f64,
}

impl Calibration {
    /// Of probabilities `[N, K]` and the classes of the cases.
    pub fn of(p: ArrayView2<f64>, truth: &[usize]) -> Self {
        let width = 1.0 / BINS as f64;
        let sure = |(p, &class): (ArrayView1<f64>, &usize)| {
            let first = |best, k| if p[k] > p[best] { k } else { best };
            let most_likely = (0..p.len()).fold(0, first);
            let confidence = p[most_likely];
            Sure {
                confidence,
                right: most_likely == class,
                bin: (1..BINS).filter(|&b| b as f64 * width < confidence).count(),
            }
        };
        Self(p.rows().into_iter().zip(truth).map(sure).collect())
    }

    /// The cases of each bin.
    pub fn bins(&self, weights: &[f64]) -> [Bin; BINS] {
        let mut bins = [Bin::default(); BINS];
        for (sure, weight) in self.0.iter().zip(weights) {
            let bin = &mut bins[sure.bin];
            bin.cases += weight;
            bin.confidence += weight * sure.confidence;
            bin.right += weight * f64::from(u8::from(sure.right));
        }
        for bin in bins.iter_mut().filter(|bin| bin.cases > 0.0) {
            bin.confidence /= bin.cases;
            bin.right /= bin.cases;
        }
        bins
    }

    /// The expected calibration error.
    pub fn error(&self, weights: &[f64]) -> f64 {
        let bins = self.bins(weights);
        let cases: f64 = bins.iter().map(|bin| bin.cases).sum();
        let gaps = bins.map(|bin| bin.cases * (bin.right - bin.confidence).abs());
        gaps.iter().sum::<f64>() / cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn probabilities_of_each_link_by_hand() {
        let close = |link, y: Array2<f64>, p: Array2<f64>| {
            let gap = probabilities(link, y.view()) - &p;
            assert!(gap.iter().all(|gap| gap.abs() < 1e-15), "{link:?}: {gap}");
        };
        let three = 3f64.ln();
        close(Link::Softmax, array![[three, 0.0]], array![[0.75, 0.25]]);
        close(
            Link::SoftmaxOfPenalties,
            array![[three, 0.0]],
            array![[0.25, 0.75]],
        );
        close(Link::Logistic, array![[three]], array![[0.25, 0.75]]);
        // 3/4 and 1/2, divided by their sum.
        close(Link::Logistic, array![[three, 0.0]], array![[0.6, 0.4]]);
        close(Link::Identity, array![[0.0, 0.0]], array![[0.5, 0.5]]);
        close(Link::Softmax, array![[1e6, 0.0]], array![[1.0, 0.0]]);
    }

    #[test]
    fn losses_of_a_case_by_hand() {
        let p = array![0.5, 0.25, 0.25];
        assert_eq!(log_loss(p.view(), 1), 4f64.ln());
        assert_eq!(log_loss(array![1.0, 0.0].view(), 1), 52.0 * 2f64.ln());
        assert_eq!(brier(p.view(), 0), 0.25 + 0.0625 + 0.0625);
        assert_eq!(brier(array![0.25, 0.75].view(), 1), 0.0625);
    }

    /// Two cases are sure to 0.9, one of them right; two to 0.6 (as much as the end of a bin), both
    /// right: 1/2 · 0.4 + 1/2 · 0.4.
    #[test]
    fn a_calibration_by_hand() {
        let p = array![[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]];
        let calibration = Calibration::of(p.view(), &[0, 1, 1, 1]);
        assert!((calibration.error(&[1.0; 4]) - 0.4).abs() < 1e-15);
        let bins = calibration.bins(&[1.0; 4]);
        let filled = bins.iter().enumerate().filter(|(_, bin)| bin.cases > 0.0);
        let filled: Vec<usize> = filled.map(|(index, _)| index).collect();
        assert_eq!(
            filled,
            [8, 13],
            "above 8/15 up to 9/15, above 13/15 up to 14/15"
        );
        assert_eq!(calibration.error(&[2.0, 0.0, 0.0, 0.0]), 1.0 - 0.9);
    }
}
