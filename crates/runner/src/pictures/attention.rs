//! What a decoder attended to while it wrote a target.

use std::error::Error;

use backprop::Probe;
use datasets::Target;
use ndarray::{Array2, s};

use super::heat::{self, HeatMap};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::batches::BatchBuffer;
use crate::prepare::PreparedNetwork;

/// Of encoder-decoders.
pub const KIND: Kind = Kind {
    name: "attention",
    title: "Attention",
    shows: "of an encoder-decoder: what each symbol of a target was written by",
    draw,
};

fn draw(subject: &Subject<'_>) -> Drawn {
    let pairs = subject.probe_of_sequences()?;
    let Some((network, mut probe)) = pairs.filter(|(of, _)| of.dataset.is_of_pairs()) else {
        return Ok(None);
    };
    let Some(svg) = svg(network, subject.row(), &mut probe) else {
        return Ok(None);
    };
    let caption = format!(
        "{}, test sample {}: what each symbol of the target (rows) was written by (columns).",
        subject.name(),
        subject.row() + 1
    );
    Ok(Some(KIND.picture(caption, svg?)))
}

/// The layer of a network that attends, if there is one, after a forward pass of a test sample.
fn weights(network: &PreparedNetwork, row: usize, probe: &mut Probe<f64>) -> Option<Array2<f64>> {
    let dataset = &network.dataset;
    let mut batch = BatchBuffer::<f64>::new(1, network.inputs(), network.outputs());
    probe.forward(batch.fill(&dataset.test, &dataset.target, &[row]).x);
    let states = probe.states(0);
    let attention = states.iter().find(|(name, _)| *name == "attention");
    attention.map(|(_, weights)| weights.to_owned())
}

/// A heat map of the weights: a row for each symbol of the target and its end, a column for each of
/// the source. None: the network has no attention.
///
/// # Errors
/// When it cannot be drawn.
fn svg(
    network: &PreparedNetwork,
    row: usize,
    probe: &mut Probe<f64>,
) -> Option<Result<String, Box<dyn Error>>> {
    let weights = weights(network, row, probe)?;
    let dataset = &network.dataset;
    let (sources, targets) = (&dataset.source_symbols, &dataset.test);
    let mut x = Array2::<f64>::zeros((1, targets.width()));
    targets.gather(&[row], x.view_mut());
    let symbol = |number: f64| sources.get(number as usize).cloned().unwrap_or_default();
    let steps = weights.ncols();
    let read = x.iter().take(steps).map(|&number| symbol(number));
    let end = x.iter().take(steps).position(|number| *number == 0.0);
    let columns: Vec<String> = read.take(end.map_or(steps, |end| end + 1)).collect();
    let length = targets.true_positions(row);
    let labels = &targets.labels().unwrap_or_default()[row * steps..][..length];
    let names = match &dataset.target {
        Target::Classes { names } => names.as_slice(),
        _ => &[],
    };
    let name = |label: &usize| names.get(*label).cloned().unwrap_or_default();
    let map = HeatMap {
        title: format!(
            "{}, test sample {}: what each symbol was written by",
            network.config.experiment.name,
            row + 1
        ),
        rows: labels.iter().map(name).collect(),
        values: weights.slice(s![..length, ..columns.len()]).to_owned(),
        columns: &columns,
        largest: 1.0,
        height: 18,
        framed: Vec::new(),
        marked: &[],
    };
    Some(heat::svg(&[map]))
}
