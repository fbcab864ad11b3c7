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
                keys.extend(key(text, start..at));
                start = at + 1;
            }
            (None, '=') => {
                equals = Some(at);
                break;
            }
            _ => {}
        }
    }
    keys.extend(key(text, start..equals.unwrap_or(text.len())));
    Split { keys, equals }
}

/// The key between two points, and the indices behind it: `layers[0]` is `layers.0`.
fn key(text: &str, range: Range<usize>) -> Vec<Key> {
    let piece = &text[range.clone()];
    let start = range.start + piece.len() - piece.trim_start().len();
    let piece = piece.trim();
    let whole = |name: String| {
        let span = start..start + piece.len();
        vec![Key { name, span }]
    };
    let quoted = |quote: char| piece.strip_prefix(quote)?.strip_suffix(quote);
    match (quoted('"'), quoted('\'')) {
        (Some(inside), _) => whole(match toml::de::DeValue::parse(piece) {
            Ok(value) => value.get_ref().as_str().unwrap_or(inside).to_string(),
            Err(_) => inside.to_string(),
        }),
        (_, Some(inside)) => whole(inside.to_string()),
        _ => indexed(piece, start).unwrap_or_else(|| whole(piece.to_string())),
    }
}

/// A key with indices in brackets behind it.
fn indexed(piece: &str, start: usize) -> Option<Vec<Key>> {
    let (_, indices) = piece.split_once('[').filter(|(name, _)| !name.is_empty())?;
    let indices = indices.strip_suffix(']')?;
    let mut at = start;
    let name = &piece[..piece.len() - indices.len() - 2];
    let names = std::iter::once(name).chain(indices.split("]["));
    let keys = names.map(|name| {
        let span = at..at + name.len();
        at = span.end + if span.start == start { 1 } else { 2 };
        let name = name.to_string();
        Key { name, span }
    });
    let keys: Vec<Key> = keys.collect();
    let index = |key: &Key| key.name.parse::<i64>().is_ok();
    keys[1..].iter().all(index).then_some(keys)
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

    #[test]
    fn indices_may_stand_in_brackets() {
        assert_eq!(
            segments("model.layers[0].linear"),
            ["model", "layers", "0", "linear"]
        );
        assert_eq!(segments("a[1][-2]"), ["a", "1", "-2"]);
        let keys = split("x.a[10][2]").keys;
        let spans: Vec<&str> = keys
            .iter()
            .map(|key| &"x.a[10][2]"[key.span.clone()])
            .collect();
        assert_eq!(spans, ["x", "a", "10", "2"]);
        for odd in ["[0]", "a[", "a]", "a[b]", "a[]", "a[1", "[", "]", "a[0]b"] {
            assert_eq!(segments(odd), [odd]);
        }
    }
}
