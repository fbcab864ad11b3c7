//! Why a text is not TOML, in plain words.

use std::ops::Range;
use std::sync::Arc;

use super::tree::{Place, Source};
use crate::error::{ConfigError, Mark};

/// What the parser said of a source from some byte on.
pub fn error(source: &Arc<Source>, from: usize, error: &toml::de::Error) -> ConfigError {
    let text = &source.text;
    let end = text.len();
    let span = match error.span() {
        Some(span) => (span.start + from).min(end)..(span.end + from).min(end),
        None => from..end,
    };
    let message = error.message();
    let token = token(text, &span);
    let (reason, hint) = in_words(message, token, &text[span.end..]);
    let mut error = ConfigError::new(reason);
    error.hint = hint;
    error.marks = vec![Mark::new(&Place::new(source, span), "")];
    error
}

/// The word at a place.
fn token<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    let rest = text.get(span.start..).unwrap_or("");
    let end = rest.find(|c: char| c.is_whitespace() || ",]}#".contains(c));
    &rest[..end.unwrap_or(rest.len())]
}

fn in_words(message: &str, token: &str, behind: &str) -> (String, Option<String>) {
    let some = |text: &str| Some(text.to_string());
    let first = message.lines().next().unwrap_or("").trim();
    let begins = |with: &str| first.starts_with(with);
    if begins("string values must be quoted") {
        return match token {
            "" => ("a value is missing behind =".into(), None),
            "True" | "False" => (
                format!("`{token}` is no value"),
                Some(format!("write {}", token.to_lowercase())),
            ),
            "None" | "null" | "nil" | "~" => (
                format!("`{token}` is no value"),
                some("leave the key out instead"),
            ),
            _ => (
                "text must stand in quotes".into(),
                Some(format!("write \"{}\"", super::tree::visible(token))),
            ),
        };
    }
    if begins("key with no value") || begins("missing assignment") {
        let colon = behind.trim_start().starts_with(':') || token.contains(':');
        let hint = match colon {
            true => "write = instead of :",
            false => "write key = value",
        };
        return ("a key without a value".into(), some(hint));
    }
    if begins("duplicate key") {
        return ("this key stands there twice".into(), some("keep one of the two"));
    }
    if begins("invalid basic string") || begins("invalid literal string") {
        let reason = match first.rsplit_once("expected ") {
            Some((_, quote @ ("`\"`" | "`'`" | "`\"\"\"`" | "`'''`"))) => {
                format!("the text has no end: {quote} is missing")
            }
            _ => "a text that cannot be read".into(),
        };
        return (reason, None);
    }
    if first.contains("recurs") {
        return ("nested too deeply".into(), None);
    }
    if begins("carriage return must be followed by newline") {
        let hint = "save the file with other line ends (LF)";
        return ("a line ends in CR alone".into(), some(hint));
    }
    (in_plain_words(first), None)
}

fn in_plain_words(message: &str) -> String {
    const WORDS: [(&str, &str); 9] = [
        ("multi-line basic string", "text"),
        ("multi-line literal string", "text"),
        ("basic string", "text"),
        ("literal string", "text"),
        ("inline table element", "entry of a table"),
        ("inline table", "table in braces"),
        ("array table", "table"),
        ("array", "list"),
        ("key-value pair", "key = value"),
    ];
    WORDS
        .iter()
        .fold(message.to_string(), |m, (theirs, ours)| m.replace(theirs, ours))
}

/// What a text that is no TOML seems to be instead, and what to do with it.
pub fn other_format(source: &Source) -> Option<(&'static str, String)> {
    let name = source.file.as_deref().unwrap_or("");
    let ends = |endings: &[&str]| endings.iter().any(|end| name.to_lowercase().ends_with(end));
    let lines: Vec<&str> = source
        .text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .take(5)
        .collect();
    let first = *lines.first()?;
    let config = "a config is TOML: name = \"...\", [training], epochs = 3; see configs/iris.toml";
    let data = format!("name it in a config: [dataset.csv] path = \"{name}\"; see configs/iris.toml");
    if first.starts_with("version https://git-lfs") {
        let hint = "fetch the file that it stands for: git lfs pull";
        return Some(("a pointer of Git LFS", hint.into()));
    }
    if first.starts_with('<') {
        return Some(("a web page", "download the file itself".into()));
    }
    let json = first.starts_with('{') || first.starts_with("[{") || first == "[";
    if json || ends(&[".json"]) {
        return Some(("JSON", config.into()));
    }
    let colon = |line: &str| {
        let (key, _) = line.split_once(':')?;
        let word = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
        (key.chars().all(word) && !key.is_empty()).then_some(())
    };
    let yaml = first == "---" || lines.iter().all(|line| colon(line).is_some());
    if yaml || ends(&[".yaml", ".yml"]) {
        return Some(("YAML", config.into()));
    }
    let table = [',', ';', '\t'].iter().any(|separator| {
        let count = |line: &str| line.matches(*separator).count();
        count(first) > 0 && lines.len() > 1 && lines.iter().all(|l| count(l) == count(first))
    });
    if (table && !first.contains('=')) || ends(&[".csv", ".tsv", ".data"]) {
        return Some(("a table of data", data));
    }
    None
}
