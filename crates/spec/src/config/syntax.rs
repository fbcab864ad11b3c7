//! Why a text is not TOML, in plain words.

use std::ops::Range;
use std::sync::Arc;

use super::tree::{Place, Source, visible};
use crate::error::{ConfigError, Mark};

/// What is said, and the remedy.
type Words = (String, Option<String>);

/// What the parser said of what stands in a source from some byte on.
pub fn error(source: &Arc<Source>, from: usize, error: &toml::de::Error) -> ConfigError {
    let text = &source.text;
    let end = text.len();
    let span = match error.span() {
        Some(span) => span.start.clamp(from, end)..span.end.clamp(from, end),
        None => from..end,
    };
    let message = error.message().lines().next().unwrap_or("").trim();
    let (reason, hint) = in_words(
        message,
        &At::new(&text[from..], span.start - from..span.end - from),
    );
    let of_shell = source.file.is_none() && reason == NO_QUOTES;
    let mut error = ConfigError::new(reason);
    error.hint = hint.map(|hint| match of_shell {
        true => format!("{hint}, and all of it in '...': the shell takes other quotes away"),
        false => hint,
    });
    error.marks = vec![Mark::new(&Place::new(source, span), "")];
    error
}

/// What stands at a place.
struct At<'a> {
    /// The line up to the place.
    before: &'a str,
    /// What is at fault.
    marked: &'a str,
    /// The word that the place is in.
    word: &'a str,
    /// The line from the end of the place on.
    behind: &'a str,
}

impl<'a> At<'a> {
    fn new(text: &'a str, span: Range<usize>) -> Self {
        let piece = |range: Range<usize>| text.get(range).unwrap_or("");
        let (head, tail) = (piece(0..span.start), piece(span.end..text.len()));
        let before = head.rsplit('\n').next().unwrap_or("");
        let apart = |c: char| c.is_whitespace() || ",=[]{}#".contains(c);
        let begun = before.rsplit(apart).next().unwrap_or("");
        let rest = piece(span.start - begun.len()..text.len());
        Self {
            before,
            marked: piece(span),
            word: rest.split(apart).next().unwrap_or(""),
            behind: tail.lines().next().unwrap_or(""),
        }
    }

    fn line(&self) -> String {
        format!("{}{}{}", self.before, self.marked, self.behind)
    }

    /// Whether a comment of another language begins here.
    fn is_comment(&self) -> bool {
        let begins = |text: &str| ["//", "/*", "--"].iter().any(|c| text.starts_with(c));
        let marked = self.marked.split_whitespace().any(begins);
        marked || begins(self.line().trim_start())
    }
}

const NO_QUOTES: &str = "text must stand in quotes";

const ESCAPE: (&str, &str) = (
    "a backslash between double quotes begins an escape",
    "write two, or use single quotes: 'C:\\data'",
);

/// Messages of the parser, by how they begin: what we say, and the remedy.
#[rustfmt::skip]
const MESSAGES: [(&str, &str, &str); 26] = [
    ("duplicate key", "this key stands there twice", "keep one of the two"),
    ("cannot extend", "this key has a value already", "keep one of the two"),
    ("extra `=`", "one = too many", ""),
    ("extra assignment", "one = too many", ""),
    ("extra comma", "one comma too many", ""),
    ("missing comma", "a comma is missing", ""),
    ("unquoted keys cannot be empty", "a key is missing", ""),
    ("missing key", "a key is missing", ""),
    ("unclosed table", "a closing ] is missing", ""),
    ("unclosed array table", "a closing ]] is missing", ""),
    ("unclosed array", "a closing ] is missing", ""),
    ("unclosed inline table", "a closing } is missing", ""),
    ("missing table open", "] without [", ""),
    ("missing array opening", "] without [", ""),
    ("missing inline table opening", "} without {", ""),
    ("unexpected `=` in array", "a list holds values, not keys", ""),
    ("missing escaped value", ESCAPE.0, ESCAPE.1),
    ("too few unicode value digits", ESCAPE.0, ESCAPE.1),
    ("invalid value", ESCAPE.0, ESCAPE.1),
    ("recursion limit", "nested too deeply", ""),
    ("cannot recurse further", "nested too deeply", ""),
    ("carriage return must", "a line ends in CR alone", "save the file with LF line ends"),
    ("missing opening quote", "the opening quote is missing", ""),
    ("missing value", "a value is missing", ""),
    ("invalid inline table element", "expected key = value", ""),
    ("unexpected content", "a character that cannot stand here", ""),
];

fn in_words(message: &str, at: &At<'_>) -> Words {
    let begins = |with: &str| message.starts_with(with);
    if ["<<<<<<<", "=======", ">>>>>>>"]
        .iter()
        .any(|mark| at.line().starts_with(mark))
    {
        let reason = "a merge conflict of Git is not settled";
        return words(reason, "choose one side and delete the marks");
    }
    if at.is_comment() {
        return words("a comment begins with #", "write # instead");
    }
    if begins("string values must") || begins("invalid boolean") || begins("invalid float, ") {
        return no_value(at);
    }
    if is_about_a_number(message) {
        let reason = format!("`{}` is not a number", visible(at.word));
        return words(reason, number_hint(message));
    }
    if begins("key with no value") || begins("missing assignment") {
        return no_assignment(at);
    }
    if begins("invalid") && message.contains("string") {
        return no_end(message, at);
    }
    if begins("unexpected key or value") {
        let hint = match at.marked.chars().next() {
            Some(',') => "no comma ends a line; one key on each line",
            Some(']' | '}') => "one bracket too many",
            _ => "begin a new line",
        };
        return words("nothing more can stand on this line", hint);
    }
    match MESSAGES.iter().find(|(theirs, ..)| begins(theirs)) {
        Some((_, reason, hint)) => words(*reason, hint),
        None => words(message, ""),
    }
}

fn words(reason: impl Into<String>, hint: &str) -> Words {
    (reason.into(), (!hint.is_empty()).then(|| hint.into()))
}

/// A word without quotes that is no value.
fn no_value(at: &At<'_>) -> Words {
    let word = visible(at.word);
    let digits = |c: char| c.is_ascii_digit() || "+-.".contains(c);
    let number = |text: &str| text.starts_with(digits) && text.parse::<f64>().is_ok();
    let no = format!("`{word}` is no value");
    let quote = |c: char| "“”„‘’«»".contains(c);
    match at.word {
        "" => words("a value is missing", ""),
        "True" | "TRUE" | "False" | "FALSE" => words(no, &format!("write {}", word.to_lowercase())),
        "None" | "none" | "null" | "nil" | "~" => words(no, "leave the key out instead"),
        text if text.starts_with(quote) => {
            let hint = format!("write \"{}\"", word.trim_matches(quote));
            words("these are not plain quotes", &hint)
        }
        text if text.ends_with(';') && number(text.trim_end_matches(';')) => {
            words("nothing ends a line", "leave ; out")
        }
        text if number(text) && at.before.contains('[') => words("a comma is missing", ""),
        text if number(text) => words("more than one value", "in brackets: [1, 2]"),
        _ => words(NO_QUOTES, &format!("write \"{word}\"")),
    }
}

fn is_about_a_number(message: &str) -> bool {
    let nouns = [
        "mantissa", "fraction", "exponent", "float", "integer", "number", "digits", "radix",
        "numeric",
    ];
    let about = message.split([',', ' ']).any(|word| nouns.contains(&word));
    (about || message.starts_with("unexpected leading zero"))
        && !["cannot extend", "too few"]
            .iter()
            .any(|other| message.starts_with(other))
}

fn number_hint(message: &str) -> &'static str {
    match message.split(',').next().unwrap_or("") {
        "invalid mantissa" | "invalid fraction" => "digits stand on both sides of the point: 0.5",
        "invalid exponent" => "digits stand behind the e: 1e-3",
        "unexpected leading zero" => "it cannot begin with 0",
        _ => "",
    }
}

fn no_assignment(at: &At<'_>) -> Words {
    let colon = at.marked.starts_with(':') || at.behind.trim_start().starts_with(':');
    let hint = match colon || at.before.trim_end().ends_with(':') {
        true => "write = instead of :",
        false => "write key = value",
    };
    words("a key without a value", hint)
}

/// A text in quotes that does not end, or holds what it cannot.
fn no_end(message: &str, at: &At<'_>) -> Words {
    let quote = match message.rsplit_once("expected ") {
        Some((_, "`'`" | "`'''`")) => '\'',
        Some((_, "`\"`" | "`\"\"\"`")) => '"',
        _ => {
            let reason = "a character that cannot be seen stands in the text";
            return words(reason, "write it as an escape, e.g. \\n or \\u001B");
        }
    };
    match message.contains("multi-line") || at.before.contains(quote) {
        true => words(format!("the text has no end: {quote} is missing"), ""),
        false => no_assignment(at),
    }
}
