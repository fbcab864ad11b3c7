//! How likely each symbol is at every step of a sequence.

use std::error::Error;

use ndarray::{Array2, ArrayView1};
use spec::training::LossSpec;

use super::heat::{self, HeatMap};
use super::kind::{Drawn, Kind};
use super::sequence::{Sequence, symbols};
use super::subject::Subject;
use crate::prepare::PreparedNetwork;

/// Where the targets at every step are symbols.
pub const KIND: Kind = Kind {
    name: "next",
    title: "Next symbol",
    shows: "where these are symbols: how likely each was at every step",
    draw,
};

fn draw(subject: &Subject<'_>) -> Drawn {
    let several =
        |sequence: &&Sequence| sequence.outputs.nrows() > 1 && sequence.outputs.ncols() > 1;
    let sequence = subject.sequence()?.filter(several);
    let (Some(sequence), Some(network)) = (sequence, subject.in_sequences()) else {
        return Ok(None);
    };
    let caption = format!(
        "{}: how likely each symbol is at every step, with a frame around what may follow.",
        sequence.title
    );
    Ok(Some(KIND.picture(caption, svg(network, sequence)?)))
}

/// A heat map with a row for each symbol; framed is what may follow.
///
/// # Errors
/// When it cannot be drawn.
fn svg(network: &PreparedNetwork, sequence: &Sequence) -> Result<String, Box<dyn Error>> {
    let softmax = network.network.training.loss == LossSpec::SoftmaxCrossEntropy;
    let outputs = &sequence.outputs;
    let mut values = Array2::zeros((outputs.ncols(), outputs.nrows()));
    for (mut column, y) in values.columns_mut().into_iter().zip(outputs.rows()) {
        match softmax {
            true => column.assign(&probabilities(y)),
            false => column.assign(&y),
        }
    }
    let targets = sequence.targets.indexed_iter();
    let framed = targets.filter(|(_, t)| **t > 0.5);
    let map = HeatMap {
        title: format!("{}: next symbol", sequence.title),
        rows: symbols(&network.dataset.target),
        columns: &sequence.labels,
        values,
        largest: 1.0,
        height: 16,
        framed: framed.map(|((step, symbol), _)| (symbol, step)).collect(),
        marked: &[],
    };
    heat::svg(&[map])
}

/// softmax(y)
fn probabilities(y: ArrayView1<f64>) -> ndarray::Array1<f64> {
    let largest = y.iter().fold(f64::NEG_INFINITY, |m, y| m.max(*y));
    let powers = y.mapv(|y| (y - largest).exp());
    let sum = powers.sum();
    powers / sum
}
