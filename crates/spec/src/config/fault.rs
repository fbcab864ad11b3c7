//! What a type says against a value of the tree, before it is put into words.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::path;
use super::tree::{Entry, Node, Place, visible};
use crate::error::{ConfigError, Mark, nearest};

/// A value that cannot be.
#[derive(Debug)]
pub struct Fault {
    /// The keys that lead to it, the last one first.
    keys: Vec<String>,
    what: Box<What>,
    marks: Vec<Mark>,
}

#[derive(Debug)]
enum What {
    /// Another value is expected.
    Wrong {
        reason: String,
        hint: Option<String>,
    },
    /// A key or a name that is none of the valid ones.
    Unknown {
        kind: &'static str,
        name: String,
        valid: &'static [&'static str],
        hint: Option<String>,
    },
    /// A table lacks a key.
    Missing(&'static str),
    /// Where one kind is chosen there are several; what would replace them, if the last one was
    /// set on the command line.
    Kinds {
        names: Vec<String>,
        replacement: Option<String>,
    },
}

impl Fault {
    /// Another value is expected than the one of this node.
    pub fn wrong(node: &Node, expected: impl fmt::Display) -> Self {
        let reason = format!("expected {expected}, found {}", node.in_words());
        Self::custom(reason).at(&node.place)
    }

    /// Adds what would be right.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        if let What::Wrong { hint, .. } | What::Unknown { hint, .. } = &mut *self.what {
            hint.get_or_insert(text.into());
        }
        self
    }

    /// A key of a table, or a kind, that is none of the valid ones.
    pub fn unknown(
        kind: &'static str,
        name: &str,
        valid: &'static [&'static str],
        place: &Place,
    ) -> Self {
        let what = What::Unknown {
            kind,
            name: name.into(),
            valid,
            hint: None,
        };
        Self::from(what).at(place)
    }

    /// Several kinds where one is chosen.
    pub fn kinds(given: &[Entry]) -> Self {
        let set = |entry: &Entry| entry.place.is_argument();
        let replacement = match given {
            [first, .., last] if !set(first) && set(last) => {
                Some(format!("{{ {} = {} }}", last.key, last.node.value))
            }
            _ => None,
        };
        let names = given.iter().map(|entry| entry.key.clone()).collect();
        let mut fault = Self::from(What::Kinds { names, replacement });
        let marks = given.iter().map(|entry| {
            let from = match set(entry) {
                true => "on the command line",
                false => "here",
            };
            Mark::new(&entry.place, format!("{} {from}", entry.key))
        });
        fault.marks = marks.collect();
        fault
    }

    /// The key that is missing, if one is.
    pub fn missing(&self) -> Option<&'static str> {
        match *self.what {
            What::Missing(key) => Some(key),
            _ => None,
        }
    }

    /// Where it is, unless that is known better already.
    pub fn at(mut self, place: &Place) -> Self {
        if self.marks.is_empty() {
            self.marks.push(Mark::new(place, ""));
        }
        self
    }

    /// It is under this key.
    pub fn under(mut self, key: &str) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Puts it into words. `root` is the config, `unset` are the keys that were taken away on the
    /// command line.
    pub fn explain(self, root: &Node, unset: &[(String, Place)]) -> ConfigError {
        let key = path::join(self.keys.iter().rev().map(String::as_str));
        let mut error = match *self.what {
            What::Wrong { reason, hint } => {
                let mut error = ConfigError::new(reason);
                error.key = (!key.is_empty()).then_some(key);
                error.hint = hint;
                error
            }
            What::Unknown {
                kind,
                name,
                valid,
                hint,
            } => {
                let hint = hint.map(|hint| format!("{key}{hint}"));
                let elsewhere = || match kind {
                    "key" => elsewhere(root, &key, &name),
                    _ => None,
                };
                unknown(kind, &name, valid, hint.or_else(elsewhere))
            }
            What::Missing(name) => return missing(&key, name, self.marks, unset),
            What::Kinds { names, replacement } => {
                let mut error = ConfigError::new(several(&names));
                error.hint = Some(match replacement {
                    Some(kind) => format!(
                        "to replace the whole: --set '{}'",
                        format!("{key}={kind}").replace('\'', r"'\''")
                    ),
                    None => "keep one of them".into(),
                });
                error.key = Some(key);
                error
            }
        };
        error.marks = self.marks;
        error
    }
}

fn several(names: &[String]) -> String {
    let count = match names.len() {
        2 => "two".into(),
        more => more.to_string(),
    };
    let (last, rest) = names.split_last().map_or(("", names), |(l, r)| (l, r));
    format!("{count} kinds are given, {} and {last}", rest.join(", "))
}

fn unknown(kind: &str, name: &str, valid: &[&str], hint: Option<String>) -> ConfigError {
    let mut error = ConfigError::new(format!("unknown {kind} `{}`", visible(name)));
    if valid.is_empty() {
        error.hint = Some("nothing can be set here".into());
        return error;
    }
    let near = of_other_tools(name, valid).or_else(|| nearest(name, valid.iter().copied()));
    error.hint = hint.or_else(|| near.map(|near| format!("did you mean `{near}`?")));
    error.notes = vec![format!("valid: {}", valid.join(", "))];
    error
}

/// The one place where a key stands that is given in another: `epochs` for `training.epochs`.
fn elsewhere(root: &Node, table: &str, name: &str) -> Option<String> {
    let here = match table {
        "" => path::Segment(name).to_string(),
        _ => format!("{table}.{}", path::Segment(name)),
    };
    let mut paths = root.paths_to(name);
    paths.retain(|path| *path != here);
    match paths.as_slice() {
        [path] => Some(format!("did you mean `{path}`?")),
        _ => None,
    }
}

/// A key that a table lacks: how it is added, or which argument took it away.
fn missing(table: &str, name: &str, marks: Vec<Mark>, unset: &[(String, Place)]) -> ConfigError {
    let key = match table {
        "" => name.to_string(),
        _ => format!("{table}.{name}"),
    };
    let mut error = ConfigError::new(format!("missing key `{name}`"));
    if let Some((_, place)) = unset.iter().find(|(removed, _)| *removed == key) {
        error.marks = vec![Mark::new(place, "taken away here")];
        error.hint = Some("leave that out, or give another value with --set".into());
        return error;
    }
    error.marks = marks;
    let add = match (table, name) {
        ("", "dataset") => "add a table, e.g. [dataset.moons]".into(),
        ("", "model") => "add a table [model], or [learner.<kind>] in its place".into(),
        ("", "training") => "add a table [training]".into(),
        ("", _) => format!("add `{name} = ...` above the first table"),
        _ => format!("add `{name} = ...` here"),
    };
    error.hint = Some(format!("{add}, or give it: --set {key}=..."));
    error
}

impl From<What> for Fault {
    fn from(what: What) -> Self {
        Self {
            keys: Vec::new(),
            what: Box::new(what),
            marks: Vec::new(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.what {
            What::Wrong { reason, .. } => f.write_str(reason),
            What::Unknown { kind, name, .. } => write!(f, "unknown {kind} `{}`", visible(name)),
            What::Missing(name) => write!(f, "missing key `{name}`"),
            What::Kinds { names, .. } => f.write_str(&several(names)),
        }
    }
}

impl std::error::Error for Fault {}

/// What types say that read themselves: in the config's words.
impl Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        let mut reason = reason.to_string();
        if reason.contains("untagged enum") {
            reason = "a value of another type is expected".into();
        }
        Self::from(What::Wrong { reason, hint: None })
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("expected {expected}, found {}", in_words(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(len: usize, expected: &dyn Expected) -> Self {
        Self::custom(format!("expected {expected}, found {len} of them"))
    }

    fn unknown_variant(name: &str, valid: &'static [&'static str]) -> Self {
        Self::from(What::Unknown {
            kind: "name",
            name: name.into(),
            valid,
            hint: None,
        })
    }

    fn unknown_field(name: &str, valid: &'static [&'static str]) -> Self {
        Self::from(What::Unknown {
            kind: "key",
            name: name.into(),
            valid,
            hint: None,
        })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::from(What::Missing(name))
    }
}

fn in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => toml::Value::Float(number).to_string(),
        Unexpected::Str(text) => format!("\"{}\"", visible(text)),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        other => other.to_string(),
    }
}

/// What other frameworks call by that name, if it is valid here.
fn of_other_tools(name: &str, valid: &[&str]) -> Option<&'static str> {
    const WORDS: [(&str, &[&str]); 10] = [
        ("learning_rate", &["lr", "eta", "step_size"]),
        ("mean_of_squares", &["mse", "mean_squared_error", "l2_loss"]),
        (
            "softmax_cross_entropy",
            &["categorical_crossentropy", "crossentropy", "ce"],
        ),
        (
            "binary_cross_entropy",
            &["bce", "bce_with_logits", "log_loss"],
        ),
        ("linear", &["dense", "fc", "fully_connected", "affine"]),
        ("units", &["out_features", "neurons", "size"]),
        ("xavier_uniform", &["glorot_uniform", "glorot"]),
        ("xavier_normal", &["glorot_normal"]),
        ("he_normal", &["kaiming_normal", "kaiming", "he"]),
        ("he_uniform", &["kaiming_uniform"]),
    ];
    let name = name.to_lowercase();
    let (word, _) = WORDS
        .iter()
        .find(|(_, others)| others.contains(&name.as_str()))?;
    valid.contains(word).then_some(*word)
}
