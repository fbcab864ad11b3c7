//! Of scores: how well they put the cases of a class before all others.
//!
//! | measure | what it is | source |
//! |---|---|---|
//! | ROC-AUC | how likely a case of the class has a larger score than one of the others, half of it where both are equal | Hanley & McNeil 1982 |
//! | average precision | Σₙ (R_n − R_n₋₁) P_n over the different scores, from the largest down: P_n and R_n are precision and recall of what has the n-th score or a larger one | |
//!
//! Neither is defined where there is no case of the class, ROC-AUC neither where there is no other;
//! both are NaN then.

use ndarray::ArrayView1;

/// Cases from the largest score down.
#[derive(Clone, Debug)]
pub struct Ranking(Vec<Place>);

#[derive(Clone, Copy, Debug)]
struct Place {
    case: usize,
    /// Whether it is of the class.
    positive: bool,
    /// Whether the next one has a smaller score, or there is none.
    ends: bool,
}

impl Ranking {
    /// Of the scores `[N]` of a class, which some of the cases are of.
    pub fn of(scores: ArrayView1<f64>, positive: impl Fn(usize) -> bool) -> Self {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let next = |at: usize| order.get(at + 1).map(|&case| scores[case]);
        let places = order.iter().enumerate().map(|(at, &case)| Place {
            case,
            positive: positive(case),
            ends: next(at) != Some(scores[case]),
        });
        Self(places.collect())
    }

    /// Calls `look` behind each different score: with the weights of the class's cases and of the
    /// others that have it.
    fn each_score(&self, weights: &[f64], mut look: impl FnMut(f64, f64)) {
        let (mut positive, mut negative) = (0.0, 0.0);
        for place in &self.0 {
            match place.positive {
                true => positive += weights[place.case],
                false => negative += weights[place.case],
            }
            if place.ends {
                look(positive, negative);
                (positive, negative) = (0.0, 0.0);
            }
        }
    }

    /// The curve of true positives by false positives, both as shares, from (0, 0) to (1, 1).
    pub fn roc(&self, weights: &[f64]) -> Vec<(f64, f64)> {
        let mut points = vec![(0.0, 0.0)];
        let (mut positives, mut negatives) = (0.0, 0.0);
        self.each_score(weights, |positive, negative| {
            positives += positive;
            negatives += negative;
            points.push((negatives, positives));
        });
        for point in &mut points {
            *point = (point.0 / negatives, point.1 / positives);
        }
        points
    }

    /// The area below the curve of true positives by false positives.
    pub fn roc_auc(&self, weights: &[f64]) -> f64 {
        let (mut area, mut positives, mut negatives) = (0.0, 0.0, 0.0);
        self.each_score(weights, |positive, negative| {
            area += negative * (positives + positive / 2.0);
            positives += positive;
            negatives += negative;
        });
        area / (positives * negatives)
    }

    /// The area below the steps of precision by recall.
    pub fn average_precision(&self, weights: &[f64]) -> f64 {
        let (mut area, mut positives, mut seen) = (0.0, 0.0, 0.0);
        self.each_score(weights, |positive, negative| {
            positives += positive;
            seen += positive + negative;
            if positive > 0.0 {
                area += positive * positives / seen;
            }
        });
        area / positives
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Scores 0.9 (of the class), 0.5 (of the class), 0.5, 0.3 (of the class), 0.1: of six pairs
    /// four are in order and one is equal.
    #[test]
    fn areas_by_hand() {
        let (scores, class) = (array![0.5, 0.1, 0.9, 0.3, 0.5], [0, 2, 3]);
        let ranking = Ranking::of(scores.view(), |case| class.contains(&case));
        assert_eq!(ranking.roc_auc(&[1.0; 5]), 4.5 / 6.0);
        let thirds = |(x, y): (f64, f64)| ((2.0 * x).round(), (3.0 * y).round());
        let curve: Vec<_> = ranking.roc(&[1.0; 5]).into_iter().map(thirds).collect();
        assert_eq!(
            curve,
            [(0.0, 0.0), (0.0, 1.0), (1.0, 2.0), (1.0, 3.0), (2.0, 3.0)]
        );
        let precisions = (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0;
        assert!((ranking.average_precision(&[1.0; 5]) - precisions).abs() < 1e-15);
        // Twice the case at 0.3 is as good as two of them.
        let weighed = ranking.roc_auc(&[1.0, 1.0, 1.0, 2.0, 1.0]);
        assert_eq!(weighed, 5.5 / 8.0);
    }

    #[test]
    fn of_one_class_alone_there_is_no_area() {
        let scores = array![0.5, 0.1];
        let (all, none) = (
            Ranking::of(scores.view(), |_| true),
            Ranking::of(scores.view(), |_| false),
        );
        assert!(all.roc_auc(&[1.0; 2]).is_nan() && none.roc_auc(&[1.0; 2]).is_nan());
        assert_eq!(all.average_precision(&[1.0; 2]), 1.0);
        assert!(none.average_precision(&[1.0; 2]).is_nan());
    }
}
