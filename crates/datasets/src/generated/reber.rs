//! Strings of the embedded Reber grammar.

use std::collections::HashSet;

use contract::streams::Streams;
use rand::{Rng, RngExt};
use spec::datasets::ReberSpec;

use super::Generated;
use crate::dataset::{Dataset, Quantity, Target};
use crate::error::DataError;
use crate::samples::Targets;

/// The symbols, each one-hot.
pub(super) const SYMBOLS: [char; 7] = ['B', 'T', 'S', 'X', 'P', 'V', 'E'];

/// The grammar of Reber 1967 behind its B: of each state the symbols that may come, as likely as
/// each other, and the state that they lead to. State 5 is left by E.
const GRAMMAR: [[(char, usize); 2]; 5] = [
    [('T', 1), ('P', 2)],
    [('S', 1), ('X', 3)],
    [('T', 2), ('V', 4)],
    [('X', 2), ('S', 5)],
    [('P', 3), ('V', 5)],
];

/// A. W. Smith, D. Zipser (1989), as in Hochreiter & Schmidhuber 1997, experiment 1: B, then T or
/// P, a string of the Reber grammar, then the same of T and P, then E. So the last but one symbol
/// can be known from the second only. The last one, E, has nothing behind it and is no input.
pub(crate) fn reber(spec: &ReberSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let mut rng = streams.stream("sequences");
    let (mut seen, mut strings) = (HashSet::new(), Vec::with_capacity(spec.samples));
    while strings.len() < spec.samples {
        let string = draw(&mut rng);
        if seen.insert(string.iter().map(|&(symbol, _)| symbol).collect::<String>()) {
            strings.push(string);
        }
    }
    let longest = strings.iter().map(Vec::len).max().unwrap_or(1) - 1;
    let known = strings.iter().map(|string| &string[..string.len() - 1]);
    of_strings("reber", known, longest).divided(&spec.split, "dataset.reber.split", streams)
}

/// Strings, at each symbol of which those that may follow are the target.
pub(super) fn of_strings<'a>(
    name: &'static str,
    strings: impl ExactSizeIterator<Item = &'a [(char, Vec<char>)]>,
    longest: usize,
) -> Generated {
    let width = SYMBOLS.len();
    let mut targets = vec![0.0; strings.len() * longest * width];
    let mut sequences = Vec::with_capacity(strings.len());
    for (inputs, targets) in strings.zip(targets.chunks_exact_mut(longest * width)) {
        for ((_, successors), targets) in inputs.iter().zip(targets.chunks_exact_mut(width)) {
            successors
                .iter()
                .for_each(|next| targets[index(*next)] = 1.0);
        }
        let symbols: Vec<usize> = inputs.iter().map(|&(symbol, _)| index(symbol)).collect();
        sequences.push(super::one_hot(&symbols, width));
    }
    let quantity = |symbol: &char| Quantity {
        name: format!("{symbol} may follow"),
        mean: 0.0,
        scale: 1.0,
    };
    let target = Target::Real(SYMBOLS.iter().map(quantity).collect());
    let (shape, targets) = ([longest, width], Targets::Values(targets));
    Generated {
        positions: longest,
        ..Generated::sequences(name, &sequences, shape, targets, target)
    }
}

/// A string, each symbol with those that may follow it.
pub(super) fn draw(rng: &mut impl Rng) -> Vec<(char, Vec<char>)> {
    let outer = ['T', 'P'][rng.random_range(0..2)];
    let mut string = vec![('B', vec!['T', 'P']), (outer, vec!['B'])];
    let mut state = 0;
    string.push(('B', successors(state)));
    while state < GRAMMAR.len() {
        let (symbol, next) = GRAMMAR[state][rng.random_range(0..2)];
        state = next;
        string.push((symbol, successors(state)));
    }
    string.extend([('E', vec![outer]), (outer, vec!['E']), ('E', Vec::new())]);
    string
}

/// The symbols that may come in a state.
fn successors(state: usize) -> Vec<char> {
    match GRAMMAR.get(state) {
        Some(symbols) => symbols.map(|(symbol, _)| symbol).into(),
        None => vec!['E'],
    }
}

/// The place of a symbol.
fn index(symbol: char) -> usize {
    let place = SYMBOLS.iter().position(|&other| other == symbol);
    place.expect("the grammar has these symbols only")
}
