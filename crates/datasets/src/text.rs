//! A text as sequences of characters, the target at each being the next one.
//!
//! Of lines the line break is a character like the others. It stands before the first character and
//! behind the last one: the line `eva` has the inputs `\n e v a` and the targets `e v a \n`. A
//! running text is cut into pieces, of which each but the last has its last target from the piece
//! behind it; or windows are drawn at random places of it. The classes are learned from the training
//! part.

mod format;
mod vocabulary;
mod windows;

use std::path::Path;

use contract::streams::Streams;
use ndarray::Array2;
use spec::datasets::{Split, TextInputs, TextSpec};

use crate::csv::encoding::decode_as;
use crate::dataset::{About, Dataset, Parts, Target};
use crate::error::{DataError, counted};
use crate::files;
use crate::gzip;
use crate::locate::{TEXTS, locate, stem};
use crate::samples::{Features, Samples, Targets};
use crate::split::{Rows, split, split_note};
use vocabulary::Vocabulary;

const PATH: &str = "dataset.text.path";
const STEPS: &str = "dataset.text.steps";
const SPLIT: &str = "dataset.text.split";

/// More inputs than this are one-hot vectors of a text that is too long for them (4 GB of bytes).
const MOST_BYTES: usize = 1 << 32;

/// Characters of which each is an input and the one behind it its target.
struct Sequence {
    characters: Vec<char>,
    /// The line of its first character, from 1; the break before line 1 is in none, 0.
    line: usize,
}

impl Sequence {
    /// Number of inputs, and of targets.
    fn len(&self) -> usize {
        self.characters.len() - 1
    }
}

/// Reads a text, and cuts it into sequences.
pub(crate) fn load(spec: &TextSpec, base: &Path, streams: &Streams) -> Result<Dataset, DataError> {
    let file = locate(&spec.path, base, PATH, TEXTS)?;
    let (bytes, source) = files::read(&file, Some(PATH))?;
    let bytes = gzip::unpack(bytes, &file.name)?;
    let text = decode_as(format::check, bytes, &file.name)?.replace("\r\n", "\n");
    let mut notes = Vec::new();
    let Divided { train, test, known } = match spec.windows {
        Some(windows) => windows::draw(&text, windows, spec, &file.name, streams)?,
        None => whole(&text, spec, &file.name, streams, &mut notes)?,
    };
    notes.extend(split_note(&spec.split));
    let vocabulary = match &known {
        Some(all) => Vocabulary::of(std::slice::from_ref(all), &file.name)?,
        None => Vocabulary::of(&train, &file.name)?,
    };
    let both = train.iter().chain(test.iter().flatten());
    let longest = both.map(Sequence::len).max().unwrap_or(1);
    let cut = Cut {
        steps: spec.steps.unwrap_or(longest),
        inputs: spec.inputs,
        vocabulary: &vocabulary,
        file: &file.name,
    };
    let parts = Parts {
        train: cut.samples(&train)?,
        test: test.as_deref().map(|test| cut.samples(test)).transpose()?,
    };
    let about = About {
        name: stem(&spec.path),
        sample_shape: match spec.inputs {
            TextInputs::Tokens => vec![cut.steps],
            TextInputs::OneHot => vec![cut.steps, vocabulary.len()],
        },
        feature_names: Vec::new(),
        target: Target::Classes {
            names: vocabulary.names(),
        },
        sources: vec![source],
        notes,
    };
    Ok(Dataset::assemble(parts, about))
}

/// The sequences of both parts.
struct Divided {
    train: Vec<Sequence>,
    /// None: nothing is held back.
    test: Option<Vec<Sequence>>,
    /// The whole training part, where the sequences to learn from are not all of it.
    known: Option<Sequence>,
}

/// All lines, or all pieces, each in one of the parts.
fn whole(
    text: &str,
    spec: &TextSpec,
    file: &str,
    streams: &Streams,
    notes: &mut Vec<String>,
) -> Result<Divided, DataError> {
    let sequences = match spec.lines {
        true => lines(text, spec.steps, file, notes)?,
        false => {
            let characters: Vec<char> = text.chars().collect();
            let steps = spec.steps.unwrap_or(1);
            pieces(&characters, steps, 1)
        }
    };
    if sequences.is_empty() {
        return Err(empty(file));
    }
    if sequences.len() == 1 && !spec.lines && spec.split != Split::None {
        let (length, steps) = (sequences[0].len(), spec.steps.unwrap_or_default());
        let problem = format!(
            "{file} is one sequence of {length} of at most {steps} steps, and no other is left to be \
             tested on"
        );
        let remedy = format!(
            "set steps = {} or less, or split = \"none\"",
            length.div_ceil(2)
        );
        return Err(DataError::setting(STEPS, problem, remedy));
    }
    let rows = Rows::<usize> {
        count: sequences.len(),
        labels: None,
        key: SPLIT,
    };
    let indices = split(&spec.split, &rows, &mut streams.stream("split"))?;
    let mut sequences: Vec<_> = sequences.into_iter().map(Some).collect();
    let mut chosen = |rows: &[usize]| {
        rows.iter()
            .filter_map(|&row| sequences[row].take())
            .collect()
    };
    Ok(Divided {
        train: chosen(&indices.train),
        test: indices.test.as_deref().map(chosen),
        known: None,
    })
}

fn empty(file: &str) -> DataError {
    let problem = format!("{file} has no text to learn from");
    DataError::setting(PATH, problem, "name a file with two characters or more")
}

/// A running text of so many characters has a sequence of so many steps, and the target behind it.
fn long_enough(characters: usize, steps: usize, file: &str) -> Result<(), DataError> {
    match characters.saturating_sub(1) {
        0 => Err(empty(file)),
        inputs if inputs >= steps => Ok(()),
        inputs => {
            let problem = format!(
                "sequences of {steps} steps are longer than what there is to learn from of {file}, {}",
                counted(characters, "character")
            );
            let remedy = format!("set steps = {inputs} or less, or use a longer text");
            Err(DataError::setting(STEPS, problem, remedy))
        }
    }
}

/// Each line between two line breaks; empty ones are left out.
fn lines(
    text: &str,
    steps: Option<usize>,
    file: &str,
    notes: &mut Vec<String>,
) -> Result<Vec<Sequence>, DataError> {
    let mut sequences = Vec::new();
    let all = text.lines().count();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() {
            continue;
        }
        let around = ['\n'].into_iter().chain(line.chars()).chain(['\n']);
        let sequence = Sequence {
            characters: around.collect(),
            line: index,
        };
        if let Some(steps) = steps.filter(|&steps| sequence.len() > steps) {
            let (line, length) = (index + 1, sequence.len());
            let problem = format!(
                "line {line} of {file} has {} and ends behind them, which takes {length} steps, and \
                 steps = {steps}",
                counted(length - 1, "character")
            );
            let remedy = format!("set steps = {length} or more, leave it out, or shorten the line");
            return Err(DataError::setting(STEPS, problem, remedy));
        }
        sequences.push(sequence);
    }
    let empty = all - sequences.len();
    if empty > 0 {
        notes.push(format!("{} left out", counted(empty, "empty line")));
    }
    Ok(sequences)
}

/// A running text, which begins in that line, in pieces of so many steps; the last may be shorter.
fn pieces(characters: &[char], steps: usize, mut line: usize) -> Vec<Sequence> {
    let inputs = characters.len().saturating_sub(1);
    let piece = |start: usize| {
        let end = (start + steps).min(inputs);
        let sequence = Sequence {
            characters: characters[start..=end].to_vec(),
            line,
        };
        let ends = characters[start..end].iter().filter(|&&c| c == '\n');
        line += ends.count();
        sequence
    };
    (0..inputs).step_by(steps).map(piece).collect()
}

/// How sequences become samples.
struct Cut<'a> {
    steps: usize,
    inputs: TextInputs,
    vocabulary: &'a Vocabulary,
    file: &'a str,
}

impl Cut<'_> {
    /// Sequences as numbers, padded at the end.
    fn samples(&self, sequences: &[Sequence]) -> Result<Samples, DataError> {
        let (steps, count) = (self.steps, sequences.len());
        let mut tokens = vec![0; count * steps];
        let mut targets = vec![0; count * steps];
        for (row, sequence) in sequences.iter().enumerate() {
            let indices = self.vocabulary.indices(sequence, self.file)?;
            let start = row * steps;
            tokens[start..start + sequence.len()].copy_from_slice(&indices[..sequence.len()]);
            targets[start..start + sequence.len()].copy_from_slice(&indices[1..]);
        }
        let lengths: Vec<usize> = sequences.iter().map(|sequence| sequence.len()).collect();
        let features = match self.inputs {
            TextInputs::Tokens => {
                let x = tokens.iter().map(|&token| token as f64).collect();
                let x = Array2::from_shape_vec((count, steps), x);
                Features::Values(x.expect("a token for each step"))
            }
            TextInputs::OneHot => self.one_hot(&tokens, &lengths)?,
        };
        let samples = Samples::new(features, Targets::Classes(targets));
        Ok(samples.at_positions(steps).of_lengths(lengths))
    }

    /// A 1 at the place of each token; padding is 0.
    fn one_hot(&self, tokens: &[usize], lengths: &[usize]) -> Result<Features, DataError> {
        let (steps, classes) = (self.steps, self.vocabulary.len());
        let size = tokens.len().saturating_mul(classes);
        if size > MOST_BYTES {
            let problem = format!(
                "{} steps of {classes} numbers do not fit into memory",
                tokens.len()
            );
            let remedy = "set inputs = \"tokens\", with an embedding as first layer";
            return Err(DataError::setting("dataset.text.inputs", problem, remedy));
        }
        let mut bytes = vec![0; size];
        for (row, &length) in lengths.iter().enumerate() {
            for step in row * steps..row * steps + length {
                bytes[step * classes + tokens[step]] = 1;
            }
        }
        Ok(Features::Bytes {
            bytes,
            width: steps * classes,
            scale: 1.0,
            offset: 0.0,
        })
    }
}

#[cfg(test)]
mod tests;
