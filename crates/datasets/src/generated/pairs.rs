//! Pairs of sequences of symbols: a source, and the target to be written for it.

use contract::streams::Streams;
use ndarray::Array2;
use spec::datasets::{DatesSpec, ReversalSpec};

use super::{dates, reversal};
use crate::dataset::{About, Dataset, Parts, Target};
use crate::samples::{Features, Samples, Targets};

/// A source and its target, symbols counted from 1.
pub(crate) struct SequencePair {
    pub source: Vec<usize>,
    pub target: Vec<usize>,
}

/// The symbol that ends a sequence. It is also what a decoder reads before the first of a target,
/// and what stands in the place of padding.
const END: usize = 0;

/// Pairs as samples `[2, L]`: the source, and the target shifted by one, both ended and padded with
/// 0. The classes at L positions are the symbols of the target and its end.
pub(crate) fn samples(pairs: &[SequencePair], steps: usize) -> Samples {
    let mut x = Array2::zeros((pairs.len(), 2 * steps));
    let mut labels = vec![END; pairs.len() * steps];
    let of_pairs = x.rows_mut().into_iter().zip(labels.chunks_exact_mut(steps));
    for (pair, (mut x, labels)) in pairs.iter().zip(of_pairs) {
        for (at, &symbol) in pair.source.iter().enumerate() {
            x[at] = symbol as f64;
        }
        for (at, &symbol) in pair.target.iter().enumerate() {
            x[steps + at + 1] = symbol as f64;
            labels[at] = symbol;
        }
    }
    let lengths = pairs.iter().map(|pair| pair.target.len() + 1).collect();
    let samples = Samples::new(Features::Values(x), Targets::Classes(labels));
    samples.at_positions(steps).of_lengths(lengths)
}

/// A set of pairs, of which `names` are the symbols of targets from 1 on.
pub(crate) fn set(
    name: &str,
    [train, test]: [&[SequencePair]; 2],
    steps: usize,
    [sources, names]: [Vec<String>; 2],
) -> Dataset {
    let parts = Parts {
        train: samples(train, steps),
        test: Some(samples(test, steps)),
    };
    let ended = |names: Vec<String>| [vec!["end".into()], names].concat();
    let about = About {
        name: name.into(),
        sample_shape: vec![2, steps],
        feature_names: Vec::new(),
        target: Target::Classes {
            names: ended(names),
        },
        sources: Vec::new(),
        notes: Vec::new(),
    };
    Dataset {
        source_symbols: ended(sources),
        ..Dataset::assemble(parts, about)
    }
}

/// Sequences and their reversals.
pub(crate) fn of_reversal(spec: &ReversalSpec, streams: &Streams) -> Dataset {
    let train = reversal::draw(
        spec,
        spec.lengths,
        spec.samples,
        &mut streams.stream("sequences"),
    );
    let rng = &mut streams.stream("sequences/test");
    let test = reversal::draw(spec, spec.tested(), spec.test_samples, rng);
    let name = if spec.copy { "copy" } else { "reversal" };
    let names: Vec<String> = (0..spec.symbols).map(reversal::name).collect();
    set(name, [&train, &test], spec.steps(), [names.clone(), names])
}

/// Dates and their ISO form.
pub(crate) fn of_dates(spec: &DatesSpec, streams: &Streams) -> Dataset {
    let train = dates::draw(spec.samples, &mut streams.stream("sequences"));
    let test = dates::draw(spec.test_samples, &mut streams.stream("sequences/test"));
    let names = [dates::SOURCE, dates::TARGET].map(|of| of.chars().map(String::from).collect());
    set("dates", [&train, &test], dates::STEPS, names)
}
