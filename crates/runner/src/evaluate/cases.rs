//! What outputs say of the targets of their samples: a case for each target, of a sequence with one
//! at each position for each of these that is no padding.

use datasets::Target;
use ndarray::{Array2, ArrayView2, Axis, s};
use spec::link::Link;

use super::classification::{Answers, Classification};
use super::measures::Measures;
use super::outputs::{Chosen, quantities};
use super::probabilities::probabilities;
use super::regression::Regression;
use crate::metrics::Measurement;
use crate::prepare::{Prepared, PreparedNetwork};

/// What is measured of a run.
pub enum Subject {
    /// A class of each case.
    Classes(Classification),
    /// Real targets.
    Real(Regression),
}

/// Cases, and of which sample each is.
pub struct Cases {
    /// What is measured of them.
    pub subject: Subject,
    /// By their places among the samples chosen.
    pub samples: Vec<usize>,
}

impl Subject {
    /// Its measures.
    pub fn measures(&self) -> &dyn Measures {
        match self {
            Self::Classes(classification) => classification,
            Self::Real(regression) => regression,
        }
    }
}

impl Cases {
    /// Those of outputs `[N, D_out]` of some samples.
    pub fn new(prepared: &Prepared, of: &Chosen, y: &Array2<f64>) -> Self {
        let lengths = of.rows.iter().map(|&row| of.samples.true_positions(row));
        let samples: Vec<usize> = lengths
            .enumerate()
            .flat_map(|(sample, length)| std::iter::repeat_n(sample, length))
            .collect();
        let subject = match &prepared.dataset.target {
            Target::Classes { .. } => {
                Subject::Classes(Classification::new(answers(prepared, of, y)))
            }
            _ => Subject::Real(regression(prepared, of, y)),
        };
        Self { subject, samples }
    }
}

/// The rows `[cases, D]` of those positions that are no padding.
fn positions(of: &Chosen, values: ArrayView2<f64>) -> Array2<f64> {
    let width = values.ncols() / of.samples.positions();
    let mut rows = Vec::new();
    for (values, &row) in values.rows().into_iter().zip(&of.rows) {
        let numbers = width * of.samples.true_positions(row);
        rows.extend(values.slice(s![..numbers]));
    }
    let rows = Array2::from_shape_vec((rows.len() / width, width), rows);
    rows.expect("as many numbers at every position")
}

fn answers(prepared: &Prepared, of: &Chosen, y: &Array2<f64>) -> Answers {
    let (samples, target) = (of.samples, &prepared.dataset.target);
    let measurement = match prepared {
        Prepared::Network(network) => {
            let loss = network.network.training.loss;
            Measurement::new(samples, &of.rows, target, loss)
        }
        Prepared::Learner(learner) => {
            Measurement::of_learner(samples, &of.rows, target, learner.coding)
        }
    };
    let y = positions(of, y.view());
    let labels = samples.labels().unwrap_or_default();
    let truth = of.rows.iter().flat_map(|&row| {
        let positions = samples.positions();
        &labels[row * positions..][..samples.true_positions(row)]
    });
    let answers: Vec<Option<usize>> = y.rows().into_iter().map(|y| measurement.class(y)).collect();
    let link = match prepared {
        Prepared::Network(network) => link(network),
        Prepared::Learner(learner) => learner.learner.link(),
    };
    let scores = match link {
        _ if answers.contains(&None) => None,
        Some(link) => Some(probabilities(link, y.view())),
        None if y.ncols() == 1 => Some(ndarray::concatenate![Axis(1), y.mapv(|y| -y), y]),
        None => Some(y),
    };
    let classes = prepared.dataset.class_sizes().into_iter();
    Answers {
        classes: classes.map(|(name, _)| name).collect(),
        truth: truth.copied().collect(),
        are_probabilities: scores.is_some() && link.is_some(),
        answers,
        scores,
    }
}

/// What makes probabilities of a network's outputs: its loss, or its last layer has made them.
fn link(network: &PreparedNetwork) -> Option<Link> {
    let last = network.plan.last();
    let gives = last.is_some_and(|last| last.spec.layer().gives_probabilities());
    let of_loss = network.network.training.loss.link();
    of_loss.or_else(|| gives.then_some(Link::Identity))
}

fn regression(prepared: &Prepared, of: &Chosen, y: &Array2<f64>) -> Regression {
    let mut t = Array2::zeros((of.rows.len(), of.samples.target_width()));
    of.samples.gather_targets(&of.rows, t.view_mut());
    let (mut y, mut t) = (positions(of, y.view()), positions(of, t.view()));
    let quantities = quantities(prepared, t.ncols());
    for values in [&mut y, &mut t] {
        for (mut values, (_, scale, mean)) in values.columns_mut().into_iter().zip(&quantities) {
            values.mapv_inplace(|value| value * scale + mean);
        }
    }
    let targets = quantities.into_iter().map(|(name, ..)| name).collect();
    Regression { targets, y, t }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasets::{Features, Samples, Targets};
    use ndarray::array;

    #[test]
    fn padding_is_no_case() {
        let features = Features::Values(Array2::zeros((3, 2)));
        let samples = Samples::new(features, Targets::Classes(vec![0, 1, 1, 0, 1, 1]));
        let samples = samples.at_positions(2).of_lengths(vec![2, 2, 1]);
        let chosen = Chosen {
            samples: &samples,
            rows: vec![2, 0],
        };
        let y = array![[1.0, 2.0, 9.0, 9.0], [3.0, 4.0, 5.0, 6.0]];
        let cases = positions(&chosen, y.view());
        assert_eq!(cases, array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    }
}
