//! A config in colours: comments, headings, keys and texts, line by line.

use serde::Serialize;

/// A piece of a config.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// What it is: `comment`, `table`, `key` or `string`; empty: anything else.
    pub class: &'static str,
    /// As it stands there.
    pub text: String,
}

/// The pieces of a config, which together are its text.
pub fn coloured(toml: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for line in toml.split_inclusive('\n') {
        let begin = line.trim_start();
        match begin.chars().next() {
            Some('#') => push(&mut tokens, "comment", line),
            // A list inside a list is indented.
            Some('[') if begin.len() == line.len() => push(&mut tokens, "table", line),
            _ => match key(line) {
                Some(end) => {
                    push(&mut tokens, "key", &line[..end]);
                    values(&mut tokens, &line[end..]);
                }
                None => values(&mut tokens, line),
            },
        }
    }
    tokens
}

/// Where the key at the beginning of a line ends.
fn key(line: &str) -> Option<usize> {
    let end = line.find(" =")?;
    let is_key = |letter: char| letter.is_alphanumeric() || " _-.\"'".contains(letter);
    line[..end].chars().all(is_key).then_some(end)
}

/// Texts in quotes, what stands between them, and a comment at the end.
fn values(tokens: &mut Vec<Token>, mut rest: &str) {
    while let Some(start) = rest.find(['"', '\'', '#']) {
        push(tokens, "", &rest[..start]);
        let (quote, inside) = rest[start..].split_at(1);
        if quote == "#" {
            return push(tokens, "comment", &rest[start..]);
        }
        let length = inside.find(quote).map_or(inside.len(), |end| end + 1);
        push(tokens, "string", &rest[start..start + 1 + length]);
        rest = &inside[length..];
    }
    push(tokens, "", rest);
}

fn push(tokens: &mut Vec<Token>, class: &'static str, text: &str) {
    if !text.is_empty() {
        let text = text.into();
        tokens.push(Token { class, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "# Iris.\n\nname = \"a # b\" # why\n[model]\nlayers = [\n    \"relu\",\n    \
                          { linear = { units = 3 } },\n]\n'odd key'.x = 'open";

    #[test]
    fn nothing_is_lost() {
        let text: String = coloured(CONFIG).into_iter().map(|t| t.text).collect();
        assert_eq!(text, CONFIG);
    }

    #[test]
    fn comments_headings_keys_and_texts_are_told_apart() {
        let tokens = coloured(CONFIG);
        let of = |class: &str| {
            let tokens = tokens.iter().filter(|token| token.class == class);
            tokens.map(|token| token.text.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("comment"), ["# Iris.\n", "# why\n"]);
        assert_eq!(of("table"), ["[model]\n"]);
        assert_eq!(of("key"), ["name", "layers", "'odd key'.x"]);
        assert_eq!(of("string"), ["\"a # b\"", "\"relu\"", "'open"]);
    }
}
