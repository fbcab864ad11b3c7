//! Texts, character by character.

use contract::Streams;
use datasets::Target;
use spec::datasets::TextSpec;

use super::choice::Choice;
use super::model::Model;
use crate::cli::SampleArguments;
use crate::recorded::Learned;
use crate::{Failure, interrupt, output};

/// Characters of a running text, if nobody says how many.
const LENGTH: usize = 500;
/// Between two lines stands this, before the first and behind the last, too.
const BREAK: &str = "\n";

/// Draws texts from a run that learned from `text`, and prints them.
///
/// # Errors
/// [`Failure::Input`] when its weights are gone, or the prompt has a character that it does not
/// know.
pub fn draw(
    arguments: &SampleArguments,
    learned: &Learned,
    text: &TextSpec,
) -> Result<(), Failure> {
    let Learned {
        folder,
        prepared,
        weights,
        ..
    } = learned;
    let Target::Classes { names } = &prepared.dataset.target else {
        return Ok(()); // The target of a text are its characters.
    };
    let mut writer = Writer {
        model: Model::new(prepared, weights, folder)?,
        characters: names,
        lines: text.lines,
        length: arguments.length.unwrap_or(match text.lines {
            true => prepared.dataset.train.positions(),
            false => LENGTH,
        }),
        choice: Choice {
            temperature: arguments.temperature.unwrap_or(1.0),
            most_likely: arguments.top_k,
        },
    };
    let prompt = writer.prompt(arguments.prompt.as_deref())?;
    interrupt::install();
    let streams = Streams::new(arguments.seed.unwrap_or(1));
    for number in 0..arguments.count.unwrap_or(super::COUNT) {
        let drawn = writer.write(&prompt, &mut streams.stream(&format!("sample/{number}")))?;
        output::line(drawn);
    }
    Ok(())
}

/// Writes texts.
struct Writer<'a> {
    model: Model<'a>,
    /// By their classes.
    characters: &'a [String],
    /// Whether a text ends at a line break.
    lines: bool,
    /// Characters that are drawn at most.
    length: usize,
    choice: Choice,
}

impl Writer<'_> {
    /// The classes that a text begins with: of a line the break before it first.
    fn prompt(&self, prompt: Option<&str>) -> Result<Vec<usize>, Failure> {
        let refuse = |why: String| Err(Failure::Input(format!("--prompt: {why}")));
        let class = |character: char| {
            let text = character.to_string();
            self.characters.iter().position(|known| *known == text)
        };
        let typed = prompt.unwrap_or_default();
        if self.lines && typed.contains(BREAK) {
            return refuse("a line has no line break in it; leave it out".into());
        }
        let begin = match (self.lines, typed) {
            (false, "") if class('\n').is_none() => {
                return refuse(
                    "the text that it learned from has no line break to begin behind; give a \
                     character to begin with"
                        .into(),
                );
            }
            (true, _) | (false, "") => BREAK,
            (false, _) => "",
        };
        let all = begin.chars().chain(typed.chars());
        let mut classes = Vec::new();
        for character in all {
            let Some(class) = class(character) else {
                let known: Vec<&str> = self.characters.iter().map(String::as_str).collect();
                return refuse(format!(
                    "the run knows no character {character:?}; those that it learned from are {:?}",
                    known.concat()
                ));
            };
            classes.push(class);
        }
        Ok(classes)
    }

    /// A text that begins with a prompt.
    fn write(&mut self, prompt: &[usize], rng: &mut impl rand::Rng) -> Result<String, Failure> {
        let mut classes = prompt.to_vec();
        for _ in 0..self.length {
            if interrupt::requested() {
                return Err(Failure::Interrupted(interrupt::cause().into()));
            }
            let next = self.choice.draw(&self.model.next(&classes), rng);
            if self.lines && self.characters[next] == BREAK {
                break;
            }
            classes.push(next);
        }
        // The break before a line, or where nothing was typed, is none of the text.
        let hidden = usize::from(self.characters[prompt[0]] == BREAK && prompt.len() == 1);
        let hidden = hidden.max(usize::from(self.lines));
        let shown = classes[hidden..].iter();
        Ok(shown
            .map(|&class| self.characters[class].as_str())
            .collect())
    }
}
