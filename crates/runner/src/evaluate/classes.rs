//! Of the class that is answered: the confusion matrix, and what follows from it.
//!
//! n_jk is the weight of the cases of class j that are answered k; N that of all cases, N_k = Σⱼ
//! n_kj those of class k, A_k = Σⱼ n_jk those answered k.
//!
//! | measure | of class k | macro | weighted | micro |
//! |---|---|---|---|---|
//! | precision | P_k = n_kk / A_k | Σₖ P_k / K | Σₖ N_k P_k / N | Σₖ n_kk / Σₖ A_k |
//! | recall | R_k = n_kk / N_k | Σₖ R_k / K | Σₖ N_k R_k / N | Σₖ n_kk / N |
//! | F1 | 2 n_kk / (A_k + N_k) | Σₖ F_k / K | Σₖ N_k F_k / N | 2 Σₖ n_kk / (Σₖ A_k + N) |
//!
//! The accuracy is the micro recall. A quotient of 0 by 0 is 0, as in scikit-learn: the precision
//! of a class that is never answered, say. All classes of the data count, those without a case too.
//! A learner may reject a case: then it is answered by no class.

use ndarray::{Array2, ArrayView1, Axis};

/// Weights of cases by their class (rows) and by what is answered (columns, `[K, K + 1]`, the last
/// for no class).
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion(pub Array2<f64>);

/// Precision, recall and F1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// The share of what is answered that is right.
    pub precision: f64,
    /// The share of what is there that is found.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

impl Confusion {
    /// The matrix of cases with these classes and answers.
    pub fn of(truth: &[usize], answers: &[Option<usize>], weights: &[f64], classes: usize) -> Self {
        let mut counts = Array2::zeros((classes, classes + 1));
        for ((&class, answer), weight) in truth.iter().zip(answers).zip(weights) {
            counts[[class, answer.unwrap_or(classes)]] += weight;
        }
        Self(counts)
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.0.nrows()
    }

    /// Of all cases.
    pub fn total(&self) -> f64 {
        self.0.sum()
    }

    /// Of the cases that are right.
    pub fn right(&self) -> f64 {
        (0..self.classes()).map(|k| self.0[[k, k]]).sum()
    }

    /// Of the cases of a class.
    pub fn cases(&self, class: usize) -> f64 {
        self.0.row(class).sum()
    }

    /// Of the cases that are answered by a class.
    pub fn answered(&self, class: usize) -> f64 {
        self.0.column(class).sum()
    }

    /// Of the cases that are answered by no class.
    pub fn rejected(&self) -> f64 {
        self.answered(self.classes())
    }

    /// The share of cases that are right.
    pub fn accuracy(&self) -> f64 {
        self.right() / self.total()
    }

    /// Of one class.
    pub fn of_class(&self, class: usize) -> Scores {
        let right = self.0[[class, class]];
        Scores::new(right, self.answered(class), self.cases(class))
    }

    /// The mean over the classes, each counted alike.
    pub fn macro_mean(&self) -> Scores {
        self.mean(|_| 1.0)
    }

    /// The mean over the classes, each counted by its cases.
    pub fn weighted_mean(&self) -> Scores {
        self.mean(|class| self.cases(class))
    }

    /// Of all classes taken together.
    pub fn micro_mean(&self) -> Scores {
        let answered = self.total() - self.rejected();
        Scores::new(self.right(), answered, self.total())
    }

    fn mean(&self, weight: impl Fn(usize) -> f64) -> Scores {
        let all = || (0..self.classes()).map(|class| (weight(class), self.of_class(class)));
        let sum: f64 = all().map(|(weight, _)| weight).sum();
        let mean = |of: fn(Scores) -> f64| {
            let parts = all().map(|(weight, scores)| weight * of(scores));
            parts.sum::<f64>() / sum
        };
        Scores {
            precision: mean(|scores| scores.precision),
            recall: mean(|scores| scores.recall),
            f1: mean(|scores| scores.f1),
        }
    }

    /// The matrix as counts, without the column of no class where that is empty.
    pub fn counts(&self) -> Vec<Vec<usize>> {
        let columns = self.classes() + usize::from(self.rejected() > 0.0);
        let row = |row: ArrayView1<f64>| row.iter().take(columns).map(|&n| n as usize).collect();
        self.0.axis_iter(Axis(0)).map(row).collect()
    }
}

impl Scores {
    fn new(right: f64, answered: f64, cases: f64) -> Self {
        Self {
            precision: share(right, answered),
            recall: share(right, cases),
            f1: share(2.0 * right, answered + cases),
        }
    }
}

/// A part of a whole; 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// Whether a class is among the k with the largest scores. Of equal scores the later class comes
/// first, as in scikit-learn's `top_k_accuracy_score`.
pub fn is_among(scores: ArrayView1<f64>, class: usize, k: usize) -> bool {
    let before = |&(other, score): &(usize, &f64)| {
        *score > scores[class] || *score == scores[class] && other > class
    };
    scores.iter().enumerate().filter(before).count() < k
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Six cases: class 0 twice right, once taken for 1; class 1 right; class 2 taken for 0, and
    /// rejected.
    #[test]
    fn a_confusion_by_hand() {
        let answers = [Some(0), Some(0), Some(1), Some(1), Some(0), None];
        let confusion = Confusion::of(&[0, 0, 0, 1, 2, 2], &answers, &[1.0; 6], 3);
        let rows = vec![vec![2, 1, 0, 0], vec![0, 1, 0, 0], vec![1, 0, 0, 1]];
        assert_eq!(confusion.counts(), rows);
        assert_eq!(confusion.accuracy(), 0.5);
        let scores = |precision, recall, f1| Scores {
            precision,
            recall,
            f1,
        };
        assert_eq!(
            confusion.of_class(0),
            scores(2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0)
        );
        assert_eq!(confusion.of_class(1), scores(0.5, 1.0, 2.0 / 3.0));
        assert_eq!(confusion.of_class(2), scores(0.0, 0.0, 0.0), "0 by 0");
        let mean = confusion.macro_mean();
        assert!((mean.precision - 7.0 / 18.0).abs() < 1e-15);
        assert!((mean.recall - 5.0 / 9.0).abs() < 1e-15);
        assert!((confusion.weighted_mean().recall - 0.5).abs() < 1e-15);
        assert_eq!(confusion.micro_mean(), scores(0.6, 0.5, 6.0 / 11.0));
    }

    #[test]
    fn of_equal_scores_the_later_class_comes_first() {
        let scores = array![0.2, 0.4, 0.4, 0.0];
        let among = |class, k| is_among(scores.view(), class, k);
        assert!(among(2, 1) && !among(1, 1) && among(1, 2));
        assert!(!among(0, 2) && among(0, 3) && !among(3, 3));
    }
}
