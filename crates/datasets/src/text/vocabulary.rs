//! The characters that a text is made of, as classes.

use std::collections::BTreeSet;

use super::{PATH, SPLIT, Sequence};
use crate::error::DataError;

/// More different characters than this no table of counts and no output layer is made for.
const MOST_CHARACTERS: usize = 10_000;

/// Characters in the order of their code points: the index of each is its class.
pub(super) struct Vocabulary(Vec<char>);

impl Vocabulary {
    /// The characters of some sequences.
    ///
    /// # Errors
    ///
    /// When there is only one, or too many.
    pub fn of(sequences: &[Sequence], file: &str) -> Result<Self, DataError> {
        let characters = sequences.iter().flat_map(|sequence| &sequence.characters);
        let different: BTreeSet<char> = characters.copied().collect();
        if different.len() > MOST_CHARACTERS {
            let problem = format!(
                "the training part of {file} has {} different characters, each of which would be a \
                 class",
                different.len()
            );
            let remedy = format!("use a text with at most {MOST_CHARACTERS}");
            return Err(DataError::setting(PATH, problem, remedy));
        }
        match Vec::from_iter(different) {
            one if one.len() < 2 => {
                let only = one.first().copied().unwrap_or('\n');
                let problem = format!(
                    "the training part of {file} has no character but {only:?}, so the next one is \
                     always known"
                );
                let remedy = "use a text with two or more";
                Err(DataError::setting(PATH, problem, remedy))
            }
            characters => Ok(Self(characters)),
        }
    }

    /// Number of characters.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each character as a text.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(char::to_string).collect()
    }

    /// The class of each character.
    ///
    /// # Errors
    ///
    /// When the training part does not show one of them.
    pub fn indices(&self, sequence: &Sequence, file: &str) -> Result<Vec<usize>, DataError> {
        let mut line = sequence.line;
        let mut indices = Vec::with_capacity(sequence.characters.len());
        for character in &sequence.characters {
            let Ok(index) = self.0.binary_search(character) else {
                let problem = format!(
                    "the character {character:?} in line {line} of {file} is in the test part only: \
                     nothing could learn it"
                );
                let remedy = "use another split, or replace the character in the file";
                return Err(DataError::setting(SPLIT, problem, remedy));
            };
            line += usize::from(*character == '\n');
            indices.push(index);
        }
        Ok(indices)
    }
}
