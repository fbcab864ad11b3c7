//! A sequence of symbols, and the same from its end.

use rand::{Rng, RngExt};
use spec::datasets::ReversalSpec;

use crate::pairs::SequencePair;

/// So many pairs of these lengths, each length as likely as the others, and each symbol.
pub(super) fn draw(
    spec: &ReversalSpec,
    [shortest, longest]: [usize; 2],
    count: usize,
    rng: &mut impl Rng,
) -> Vec<SequencePair> {
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let length = rng.random_range(shortest..=longest);
        let symbol = |_| rng.random_range(1..=spec.symbols);
        let source: Vec<usize> = (0..length).map(symbol).collect();
        let mut target = source.clone();
        if !spec.copy {
            target.reverse();
        }
        pairs.push(SequencePair { source, target });
    }
    pairs
}

/// a, b, c ...; from the 27th on by its number.
pub(super) fn name(symbol: usize) -> String {
    match u8::try_from(symbol) {
        Ok(symbol) if symbol < 26 => char::from(b'a' + symbol).into(),
        _ => (symbol + 1).to_string(),
    }
}
