//! Pairs of sequences that are made here.

use contract::streams::Streams;
use spec::datasets::{DatesSpec, ReversalSpec};

use super::{dates, reversal};
use crate::dataset::Dataset;
use crate::pairs::set;

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
    set(
        name,
        &train,
        Some(&test),
        spec.steps(),
        [names.clone(), names],
    )
}

/// Dates and their ISO form.
pub(crate) fn of_dates(spec: &DatesSpec, streams: &Streams) -> Dataset {
    let train = dates::draw(spec.samples, &mut streams.stream("sequences"));
    let test = dates::draw(spec.test_samples, &mut streams.stream("sequences/test"));
    let names = [dates::SOURCE, dates::TARGET].map(|of| of.chars().map(String::from).collect());
    set("dates", &train, Some(&test), dates::STEPS, names)
}
