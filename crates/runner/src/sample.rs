//! `runner sample`: what a run has learned writes by itself.
//!
//! Of a run that learned a text it says how likely each next character is. One is drawn, and is the
//! next input. A network sees at most as many characters as the sequences that it learned from had
//! steps: of a longer text the last ones. Of a run that learned pairs of sequences it writes the
//! target of a source, symbol by symbol: the most likely one, and nothing is drawn.

mod beam;
mod choice;
mod model;
mod pairs;
mod text;

use spec::datasets::DatasetSpec;

use crate::Failure;
use crate::cli::SampleArguments;
use crate::recorded::learned;

/// Texts, or test samples, if nobody says how many.
const COUNT: usize = 10;

/// Lets a recorded run write, and prints it.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, it learned neither a text nor pairs of sequences,
/// or its weights are gone; when it does not know a character, or an option is for the other kind.
pub fn sample(arguments: &SampleArguments) -> Result<(), Failure> {
    let learned = learned(&arguments.run, &arguments.results)?;
    let dataset = &learned.prepared.dataset;
    match &learned.prepared.config.experiment.dataset {
        DatasetSpec::Text(text) => {
            refuse_others(&of_pairs(arguments), "a text, and no source of a pair")?;
            text::draw(arguments, &learned, text)
        }
        _ if dataset.is_of_pairs() => {
            let why = "pairs of sequences: the most likely target is written, and nothing is drawn";
            refuse_others(&of_texts(arguments), why)?;
            pairs::write(arguments, &learned)
        }
        other => Err(Failure::Input(format!(
            "{}: this run learned from [dataset.{}], which is no text and no pairs of sequences; name \
             a run such as of configs/names.toml or configs/dates.toml",
            learned.folder.display(),
            other.kind()
        ))),
    }
}

/// Options that only texts have, and whether they were given.
fn of_texts(arguments: &SampleArguments) -> [(&'static str, bool); 5] {
    [
        ("--prompt", arguments.prompt.is_some()),
        ("--length", arguments.length.is_some()),
        ("--temperature", arguments.temperature.is_some()),
        ("--top-k", arguments.top_k.is_some()),
        ("--seed", arguments.seed.is_some()),
    ]
}

/// Options that only pairs have.
fn of_pairs(arguments: &SampleArguments) -> [(&'static str, bool); 2] {
    [
        ("--source", !arguments.source.is_empty()),
        ("--beam", arguments.beam.is_some()),
    ]
}

fn refuse_others(options: &[(&str, bool)], learned: &str) -> Result<(), Failure> {
    match options.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Failure::Input(format!(
            "{option}: this run learned {learned}; leave it out"
        ))),
        None => Ok(()),
    }
}
