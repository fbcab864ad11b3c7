//! Pairs of sequences of symbols: a source, and the target to be written for it.

use std::collections::BTreeSet;
use std::path::Path;

use contract::streams::Streams;
use ndarray::Array2;
use spec::datasets::PairsSpec;

use crate::csv::{self, MOST_VALUES, Texts};
use crate::dataset::{About, Dataset, Parts, Target};
use crate::error::{DataError, counted};
use crate::locate::stem;
use crate::samples::{Features, Samples, Targets};
use crate::split::{Rows, split, split_note};

const PATH: &str = "dataset.pairs.path";
const LONGEST: &str = "dataset.pairs.longest";
const SPLIT: &str = "dataset.pairs.split";
/// The columns, and their keys.
const COLUMNS: [(&str, &str); 2] = [
    ("source", "dataset.pairs.source"),
    ("target", "dataset.pairs.target"),
];

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
fn samples(pairs: &[SequencePair], steps: usize) -> Samples {
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

/// A set of pairs, of which these are the symbols of sources and of targets from 1 on. None to test
/// with: those to learn from.
pub(crate) fn set(
    name: &str,
    train: &[SequencePair],
    test: Option<&[SequencePair]>,
    steps: usize,
    [sources, names]: [Vec<String>; 2],
) -> Dataset {
    let parts = Parts {
        train: samples(train, steps),
        test: test.map(|test| samples(test, steps)),
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

/// Reads pairs of texts.
pub(crate) fn load(spec: &PairsSpec, base: &Path, streams: &Streams) -> Result<Dataset, DataError> {
    let columns = [(&spec.source, COLUMNS[0].1), (&spec.target, COLUMNS[1].1)];
    let texts = csv::texts(&spec.table(), columns, base)?;
    let steps = steps(spec, &texts)?;
    let rows = Rows::<usize> {
        count: texts.rows.len(),
        labels: None,
        key: SPLIT,
    };
    let indices = split(&spec.split, &rows, &mut streams.stream("split"))?;
    let alphabets = [0, 1].map(|column| Alphabet::of(&texts, column, &indices.train));
    let pairs = |rows: &[usize]| -> Result<Vec<SequencePair>, DataError> {
        let pair = |&row: &usize| {
            let [source, target] = &alphabets;
            Ok(SequencePair {
                source: source.symbols(&texts, row)?,
                target: target.symbols(&texts, row)?,
            })
        };
        rows.iter().map(pair).collect()
    };
    let train = pairs(&indices.train)?;
    let test = indices.test.as_deref().map(pairs).transpose()?;
    let names = [0, 1].map(|column| alphabets[column].names());
    let [read, written] = [0, 1].map(|column| names[column].len() + 1);
    let mut notes = texts.notes;
    notes.extend(split_note(&spec.split));
    notes.push(format!(
        "symbols with the one that ends a sequence: {read} of sources, {written} of targets"
    ));
    Ok(Dataset {
        sources: vec![texts.source],
        notes,
        ..set(&stem(&spec.path), &train, test.as_deref(), steps, names)
    })
}

/// L: the longest text, and the symbol that ends it.
fn steps(spec: &PairsSpec, texts: &Texts) -> Result<usize, DataError> {
    let mut longest = spec.longest.unwrap_or(1);
    for (row, line) in texts.rows.iter().zip(&texts.lines) {
        for (text, (column, _)) in row.iter().zip(COLUMNS) {
            let length = text.chars().count();
            if let Some(most) = spec.longest.filter(|&most| length > most) {
                let problem = format!(
                    "the {column} in line {line} of {} has {}, and longest = {most}",
                    texts.source.name,
                    counted(length, "character")
                );
                let remedy = format!("set longest = {length} or more, or shorten the text");
                return Err(DataError::setting(LONGEST, problem, remedy));
            }
            longest = longest.max(length);
        }
    }
    let steps = longest + 1;
    if texts.rows.len().saturating_mul(2 * steps) > MOST_VALUES {
        let problem = format!(
            "{} of {longest} characters, as long as the longest, do not fit into memory",
            counted(texts.rows.len(), "pair")
        );
        let remedy = "leave the longest pairs out of the file";
        return Err(DataError::setting(PATH, problem, remedy));
    }
    Ok(steps)
}

/// The characters of a column, in the order of their code points: the first is symbol 1.
struct Alphabet {
    column: usize,
    characters: Vec<char>,
}

impl Alphabet {
    /// Those in some of the rows.
    fn of(texts: &Texts, column: usize, rows: &[usize]) -> Self {
        let all = rows.iter().flat_map(|&row| texts.rows[row][column].chars());
        let characters = Vec::from_iter(BTreeSet::from_iter(all));
        Self { column, characters }
    }

    fn names(&self) -> Vec<String> {
        self.characters.iter().map(char::to_string).collect()
    }

    /// The symbols of a text.
    ///
    /// # Errors
    ///
    /// When the training part does not show one of them.
    fn symbols(&self, texts: &Texts, row: usize) -> Result<Vec<usize>, DataError> {
        let symbol = |character: char| match self.characters.binary_search(&character) {
            Ok(at) => Ok(at + 1),
            Err(_) => {
                let problem = format!(
                    "the character {character:?} of the {} in line {} of {} is in the test part only: \
                     nothing could learn it",
                    COLUMNS[self.column].0, texts.lines[row], texts.source.name
                );
                let remedy = "use another split, or replace the character in the file";
                Err(DataError::setting(SPLIT, problem, remedy))
            }
        };
        texts.rows[row][self.column].chars().map(symbol).collect()
    }
}

#[cfg(test)]
mod tests;
