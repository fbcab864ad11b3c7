//! Paths of keys: `training.epochs`, `model.layers.0.linear`, `dataset.csv.rename.">50K."`.

use std::fmt;
use std::ops::Range;

/// A key as it is written in a path: in quotes where it must be.
pub struct Segment<'a>(pub &'a str);

impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        match !self.0.is_empty() && self.0.chars().all(plain) {
            true => f.write_str(self.0),
            false => write!(f, "{}", toml::Value::String(self.0.into())),
        }
    }
}

/// Keys with points between them.
pub fn join<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let keys: Vec<String> = keys
        .into_iter()
        .map(|key| Segment(key).to_string())
        .collect();
    keys.join(".")
}

/// The keys of a path.
pub fn segments(path: &str) -> Vec<String> {
    split(path).keys.into_iter().map(|key| key.name).collect()
}

/// A key of a path and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Without quotes and the spaces around it.
    pub name: String,
    /// With its quotes.
    pub span: Range<usize>,
}

/// A path and what stands behind it.
pub struct Split {
    /// Its keys.
    pub keys: Vec<Key>,
    /// Where the first `=` stands that is not in quotes, if there is one.
    pub equals: Option<usize>,
}

/// Cuts a text at the points, up to the first `=`, both outside of quotes.
pub fn split(text: &str) -> Split {
    let mut keys = Vec::new();
    let mut start = 0;
    let mut quote = None;
    let mut escaped = false;
    let mut equals = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if text[start..at].trim().is_empty() => quote = Some(c),
            (None, '.') => {
                keys.push(key(text, start..at));
                start = at + 1;
            }
            (None, '=') => {
                equals = Some(at);
                break;
            }
            _ => {}
        }
    }
    keys.push(key(text, start..equals.unwrap_or(text.len())));
    Split { keys, equals }
}

fn key(text: &str, range: Range<usize>) -> Key {
    let piece = &text[range.clone()];
    let start = range.start + piece.len() - piece.trim_start().len();
    let piece = piece.trim();
    let quoted = |quote: char| piece.strip_prefix(quote)?.strip_suffix(quote);
    let name = match (quoted('"'), quoted('\'')) {
        (Some(inside), _) => match toml::de::DeValue::parse(piece) {
            Ok(value) => value.get_ref().as_str().unwrap_or(inside).to_string(),
            Err(_) => inside.to_string(),
        },
        (_, Some(inside)) => inside.to_string(),
        _ => piece.to_string(),
    };
    Key {
        name,
        span: start..start + piece.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_equal_signs_in_quotes_belong_to_a_key() {
        assert_eq!(segments("model.layers.0"), ["model", "layers", "0"]);
        assert_eq!(segments(r#"rename.">50K." "#), ["rename", ">50K."]);
        let text = r#"a . 'b=.c'.d = "x=y""#;
        let split = split(text);
        let names: Vec<&str> = split.keys.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(names, ["a", "b=.c", "d"]);
        assert_eq!(&text[split.keys[1].span.clone()], "'b=.c'");
        assert_eq!(split.equals, text.find(" = ").map(|at| at + 1));
        assert_eq!(join(["a", "b=.c", ""]), r#"a."b=.c"."""#);
    }

    #[test]
    fn an_empty_path_is_one_empty_key() {
        assert_eq!(segments(""), [""]);
        assert_eq!(segments("a."), ["a", ""]);
    }
}
