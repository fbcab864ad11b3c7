//! What the layers looked like while they learned: `histograms.json` of the record, moment by
//! moment.

use std::fs;
use std::path::Path;

use super::events::{Events, Histogram};
use crate::training::histograms::{self, FILE, Histograms, LayerHistograms};

/// Adds the histograms of a run, if it recorded some. `time` says when an epoch had ended.
pub fn add(folder: &Path, time: impl Fn(usize) -> f64, events: &mut Events) {
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    let Ok(read) = serde_json::from_str::<Histograms>(&text) else {
        return;
    };
    for moment in &read.moments {
        let at = (time(moment.epoch), moment.epoch);
        for layer in &moment.layers {
            add_layer(at, layer, events);
        }
    }
}

fn add_layer(at: (f64, usize), layer: &LayerHistograms, events: &mut Events) {
    let name = format!("{} {}", layer.name, layer.kind);
    let histograms = [
        ("weights", &layer.weights),
        ("gradients", &layer.gradients),
        ("outputs", &layer.outputs),
    ];
    for (what, histogram) in histograms {
        if let Some(histogram) = histogram.as_ref().and_then(of_powers) {
            events.histogram(at, &format!("layer {name}/{what}"), &histogram);
        }
    }
    let shares = [("dead units", layer.dead), ("saturated", layer.saturated)];
    for (what, share) in shares {
        if let Some(share) = share {
            events.scalar(at, &format!("layer {name}/{what}"), share);
        }
    }
}

/// Bins by powers of two, from the most negative to the largest, with 0 between them. What is not
/// finite is left out. Sums are those of the middles of the bins.
fn of_powers(histogram: &histograms::Histogram) -> Option<Histogram> {
    let power = |k: i32| 2f64.powi(k);
    let negative = histogram.negative.iter().rev();
    let negative = negative.map(|(&k, &count)| ([-power(k + 1), -power(k)], count));
    let zeros = (histogram.zeros > 0).then_some(([0.0, 0.0], histogram.zeros));
    let positive = histogram.positive.iter();
    let positive = positive.map(|(&k, &count)| ([power(k), power(k + 1)], count));
    Histogram::of_bins(negative.chain(zeros).chain(positive))
}
