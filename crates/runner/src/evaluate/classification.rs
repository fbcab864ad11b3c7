//! All measures of a classifier.

use ndarray::{Array2, Axis};

use super::classes::{Confusion, Scores, is_among};
use super::measures::{Measures, Name, Share, mean};
use super::probabilities::{BINS, Bin, Calibration, brier, log_loss};
use super::ranking::Ranking;

/// What is answered to cases that are each of one class.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The names of the K classes.
    pub classes: Vec<String>,
    /// The class of each case.
    pub truth: Vec<usize>,
    /// The class that is answered; none: the case is rejected.
    pub answers: Vec<Option<usize>>,
    /// `[N, K]`, the larger the likelier; none where some cases have none.
    pub scores: Option<Array2<f64>>,
    /// Whether the scores are probabilities.
    pub are_probabilities: bool,
}

/// A classifier measured.
pub struct Classification {
    about: Answers,
    /// For each k whether the class of a case is among the k likeliest.
    top: Vec<(usize, Vec<f64>)>,
    proper: Option<Proper>,
    /// Of each class; none where there are no scores.
    rankings: Vec<Ranking>,
}

/// What is measured of probabilities.
struct Proper {
    log_losses: Vec<f64>,
    brier: Vec<f64>,
    calibration: Calibration,
}

/// How many of the likeliest classes are looked at.
const TOP: [usize; 3] = [2, 3, 5];
/// Measures of each class and of each mean over them.
const OF_SCORES: [&str; 3] = ["precision", "recall", "F1"];
/// Means over the classes, those of rankings the first alone.
pub const MEANS: [&str; 3] = ["macro", "weighted", "micro"];
const OF_RANKINGS: [&str; 2] = ["ROC-AUC", "average precision"];

impl Classification {
    /// Measures these answers.
    pub fn new(about: Answers) -> Self {
        let (scores, truth) = (about.scores.as_ref(), &about.truth);
        let each = |scores: &Array2<f64>, of: &dyn Fn(ndarray::ArrayView1<f64>, usize) -> f64| {
            let rows = scores.axis_iter(Axis(0)).zip(truth);
            rows.map(|(row, &class)| of(row, class)).collect::<Vec<_>>()
        };
        let classes = about.classes.len();
        let likeliest = TOP.into_iter().filter(|&k| k < classes);
        let top = |(k, scores)| {
            let among =
                |row: ndarray::ArrayView1<f64>, class| f64::from(u8::from(is_among(row, class, k)));
            (k, each(scores, &among))
        };
        let top = likeliest.filter_map(|k| Some((k, scores?))).map(top);
        let proper = scores.filter(|_| about.are_probabilities).map(|p| Proper {
            log_losses: each(p, &log_loss),
            brier: each(p, &brier),
            calibration: Calibration::of(p.view(), truth),
        });
        let ranking = |scores: &Array2<f64>| {
            let of_class = |(class, scores)| Ranking::of(scores, |case| truth[case] == class);
            let columns = scores.axis_iter(Axis(1)).enumerate();
            columns.map(of_class).collect::<Vec<_>>()
        };
        Self {
            top: top.collect(),
            proper,
            rankings: scores.map(ranking).unwrap_or_default(),
            about,
        }
    }

    /// What is measured.
    pub fn about(&self) -> &Answers {
        &self.about
    }

    /// The confusion matrix.
    pub fn confusion(&self, weights: &[f64]) -> Confusion {
        let about = &self.about;
        Confusion::of(&about.truth, &about.answers, weights, about.classes.len())
    }

    /// How well the scores of each class rank the cases; none where there are no scores.
    pub fn rankings(&self) -> &[Ranking] {
        &self.rankings
    }

    /// The bins of the calibration, where the scores are probabilities.
    pub fn bins(&self) -> Option<[Bin; BINS]> {
        let weights = vec![1.0; self.about.truth.len()];
        let proper = self.proper.as_ref()?;
        Some(proper.calibration.bins(&weights))
    }
}

impl Measures for Classification {
    fn names(&self) -> Vec<Name> {
        let mut names = vec![Name::whole("accuracy")];
        let top = self.top.iter();
        names.extend(top.map(|(k, _)| Name::whole(format!("top-{k} accuracy"))));
        if self.proper.is_some() {
            let proper = ["log-loss", "Brier score", "calibration error"];
            names.extend(proper.map(Name::whole));
        }
        let classes = || self.about.classes.iter().map(String::as_str);
        for of in classes().chain(MEANS) {
            names.extend(OF_SCORES.map(|measure| Name::new(measure, of)));
        }
        if !self.rankings.is_empty() {
            for of in classes().chain(["macro"]) {
                names.extend(OF_RANKINGS.map(|measure| Name::new(measure, of)));
            }
        }
        names
    }

    fn values(&self, weights: &[f64]) -> Vec<f64> {
        let confusion = self.confusion(weights);
        let mut values = vec![confusion.accuracy()];
        values.extend(self.top.iter().map(|(_, among)| mean(among, weights)));
        if let Some(proper) = &self.proper {
            values.push(mean(&proper.log_losses, weights));
            values.push(mean(&proper.brier, weights));
            values.push(proper.calibration.error(weights));
        }
        let means = [
            confusion.macro_mean(),
            confusion.weighted_mean(),
            confusion.micro_mean(),
        ];
        let of_classes = (0..confusion.classes()).map(|class| confusion.of_class(class));
        let numbers = |scores: Scores| [scores.precision, scores.recall, scores.f1];
        values.extend(of_classes.chain(means).flat_map(numbers));
        if !self.rankings.is_empty() {
            let areas = self.rankings.iter().map(|ranking| {
                let (roc, precision) = (Ranking::roc_auc, Ranking::average_precision);
                [roc, precision].map(|area| area(ranking, weights))
            });
            let areas: Vec<[f64; 2]> = areas.collect();
            values.extend(areas.iter().flatten());
            values.extend([0, 1].map(|of| mean_of_defined(areas.iter().map(|area| area[of]))));
        }
        values
    }

    fn shares(&self) -> Vec<Option<Share>> {
        let cases = self.about.truth.len();
        let confusion = self.confusion(&vec![1.0; cases]);
        let share = |part, whole| Some(Share { part, whole });
        let of_all = |part| share(part, cases as f64);
        let mut shares = vec![of_all(confusion.right())];
        shares.extend(self.top.iter().map(|(_, among)| of_all(among.iter().sum())));
        if self.proper.is_some() {
            shares.extend([None; 3]);
        }
        for class in 0..confusion.classes() {
            let right = confusion.0[[class, class]];
            shares.push(share(right, confusion.answered(class)));
            shares.push(share(right, confusion.cases(class)));
            shares.push(None);
        }
        shares.resize(self.names().len(), None);
        shares
    }
}

/// The mean of those values that are numbers.
fn mean_of_defined(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    values.iter().sum::<f64>() / values.len() as f64
}
