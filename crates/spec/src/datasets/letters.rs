//! `letters`: words without breaks between them, letter by letter (Elman 1990).

use serde::{Deserialize, Serialize};

use super::Dataset;
use crate::Problem;
use crate::check::Checker;

/// A stream of words, each drawn from a list; at each letter the next one is to be predicted, as
/// `[steps, D]` numbers. Positions are told apart by the place of the next letter in its word:
/// `training.phases = 2` measures the error at first letters and at all others.
///
/// The default is the second experiment of the paper: b, d and g at random, behind each its vowels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LettersSpec {
    /// The words, each as likely as the others.
    pub words: Vec<String>,
    /// How a letter is written as numbers.
    pub code: LetterCode,
    /// Words to learn from.
    pub train: usize,
    /// Further words to be tested on.
    pub test: usize,
    /// Letters of a sequence; a shorter last one is padded. 1: for a state that is carried from
    /// letter to letter.
    pub steps: usize,
}

/// Numbers in place of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterCode {
    /// Where the letter stands in the alphabet, in binary, five bits: a is 00001.
    Number,
    /// What b, d, g, a, i and u sound like, six bits (Elman 1990, table 1).
    Sound,
}

/// Table 1 of the paper: consonant, vowel, interrupted, high, back, voiced.
const SOUNDS: [(char, [u8; 6]); 6] = [
    ('b', [1, 0, 1, 0, 0, 1]),
    ('d', [1, 0, 1, 1, 0, 1]),
    ('g', [1, 0, 1, 0, 1, 1]),
    ('a', [0, 1, 0, 0, 1, 1]),
    ('i', [0, 1, 0, 1, 0, 1]),
    ('u', [0, 1, 0, 1, 1, 1]),
];

impl LetterCode {
    /// What the numbers of a letter are called.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Number => &["16", "8", "4", "2", "1"],
            Self::Sound => &[
                "consonant",
                "vowel",
                "interrupted",
                "high",
                "back",
                "voiced",
            ],
        }
    }

    /// The letters that have a code.
    pub fn letters(self) -> Vec<char> {
        match self {
            Self::Number => ('a'..='z').collect(),
            Self::Sound => SOUNDS.iter().map(|(letter, _)| *letter).collect(),
        }
    }

    /// The numbers `[D]` of a letter; none: it has no code.
    pub fn of(self, letter: char) -> Option<Vec<f64>> {
        match self {
            Self::Number => {
                let number = ('a'..='z').position(|l| l == letter)? + 1;
                let bit = |place: usize| (number >> place & 1) as f64;
                Some((0..5).rev().map(bit).collect())
            }
            Self::Sound => {
                let (_, bits) = SOUNDS.iter().find(|(l, _)| *l == letter)?;
                Some(bits.map(f64::from).to_vec())
            }
        }
    }
}

impl Default for LettersSpec {
    fn default() -> Self {
        Self {
            words: ["ba", "dii", "guuu"].map(String::from).to_vec(),
            code: LetterCode::Sound,
            train: 1000,
            test: 300,
            steps: 1,
        }
    }
}

impl Dataset for LettersSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let fine = (2..=1000).contains(&self.words.len());
        checker.require("words", fine, "2 to 1000 words: one alone tells everything")?;
        for (index, word) in self.words.iter().enumerate() {
            let field = format!("words.{index}");
            let fine = (1..=30).contains(&word.chars().count());
            checker.require(&field, fine, "a word of 1 to 30 letters")?;
            if let Some(letter) = word.chars().find(|&letter| self.code.of(letter).is_none()) {
                let reason = format!("{letter:?} is no letter of this code");
                let letters: String = self.code.letters().into_iter().collect();
                return Err(Problem::new(checker.field(&field), reason)
                    .hint(format!("words of the letters {letters}")));
            }
        }
        for (field, words) in [("train", self.train), ("test", self.test)] {
            let fine = (1..=300_000).contains(&words);
            checker.require(field, fine, "1 to 300000 words")?;
        }
        let fine = (1..=30_000).contains(&self.steps);
        checker.require("steps", fine, "1 to 30000 letters")
    }
}
