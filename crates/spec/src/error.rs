//! What is wrong with a config, told in one message: the place as a picture, reason, remedy.

mod picture;

use std::fmt;

use crate::config::{Place, Source};

/// A value that cannot be, by its key; [`ConfigError`] adds the place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the key, e.g. `training.batch_size` or `model.layers.2.linear.units`.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub hint: Option<String>,
    /// More about it, a line each.
    pub notes: Vec<String>,
}

impl Problem {
    /// A problem with the value of a key.
    pub fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            reason: reason.into(),
            hint: None,
            notes: Vec::new(),
        }
    }

    /// Adds what would be right.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a line about it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// A piece of a config or of the command line that a message points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands.
    pub place: Place,
    /// What is said about it; it may be empty.
    pub label: String,
}

impl Mark {
    /// Points to a place.
    pub fn new(place: &Place, label: impl Into<String>) -> Self {
        Self {
            place: place.clone(),
            label: label.into(),
        }
    }
}

/// A config that cannot be run.
///
/// Its `Display` is the whole message, with pictures of the places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The key at fault, where it is known.
    pub key: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub hint: Option<String>,
    /// More about it, a line each.
    pub notes: Vec<String>,
    /// Where it is, first of all; then what has to do with it.
    pub marks: Vec<Mark>,
}

impl ConfigError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            key: None,
            reason: reason.into(),
            hint: None,
            notes: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Key and reason.
    fn title(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}: {}", self.reason),
            None => self.reason.clone(),
        }
    }

    /// The message with colours, for a terminal that shows them.
    pub fn in_colours(&self) -> String {
        picture::draw(self, true)
    }

    /// The message on one line, without a picture: `file:line:column: reason; hint`.
    pub fn short(&self) -> String {
        let mut line = match self.marks.first().map(|mark| &mark.place) {
            None => self.title(),
            Some(place) => format!("{}: {}", name(place), self.title()),
        };
        let notes = self.notes.join("; ");
        match (&self.hint, notes.is_empty()) {
            (None, true) => {}
            (None, false) => line += &format!("; {notes}"),
            (Some(hint), true) => line += &format!("; {hint}"),
            (Some(hint), false) => line += &format!("; {hint} ({notes})"),
        }
        printable(&line)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&picture::draw(self, false))
    }
}

impl std::error::Error for ConfigError {}

/// A text on one line: what is typed into a config may hold codes that a terminal would obey.
fn printable(text: &str) -> String {
    let shown = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// A place in words: file, line and column, or the argument.
fn name(place: &Place) -> String {
    let Source { file, text } = &*place.source;
    match file {
        None => text.clone(),
        Some(file) => {
            let (line, column) = self::place(text, place.span.start);
            format!("{file}:{line}:{column}")
        }
    }
}

/// Line and column from 1 of a byte offset.
pub(crate) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// The nearest of some valid names, if one is near enough to be what was meant. Capital letters
/// count as small ones, and `cross_entropy` is meant to be `softmax_cross_entropy`.
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_by(name, valid, |candidate| *candidate, 0.75)
}

/// The same of candidates with texts, if the nearest is more like `name` than `least`: 0 is nothing
/// in common, 1 the same (the similarity of Jaro and Winkler).
pub fn nearest_by<T, S: AsRef<str>>(
    name: &str,
    candidates: impl IntoIterator<Item = T>,
    text: impl Fn(&T) -> S,
    least: f64,
) -> Option<T> {
    let name = name.to_lowercase();
    let likeness = |other: &str| {
        let other = other.to_lowercase();
        let begins = other.strip_suffix(&name).unwrap_or_default();
        match begins.ends_with('_') && !name.is_empty() {
            true => 0.9,
            false => strsim::jaro_winkler(&name, &other),
        }
    };
    candidates
        .into_iter()
        .map(|candidate| (likeness(text(&candidate).as_ref()), candidate))
        .filter(|(likeness, _)| *likeness > least)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
