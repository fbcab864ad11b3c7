//! From the text of a config to a checked [`Experiment`].

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{nearest, place};
use crate::{ConfigError, Experiment, Problem};

/// A config that was read: the experiment, and the text to point into when a value turns out
/// wrong later.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
    /// What was set on the command line, `key.path=value`.
    pub overrides: Vec<String>,
    /// The checked experiment.
    pub experiment: Experiment,
}

impl Config {
    /// Reads and checks a config file; `overrides` are `key.path=value`.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or says something that cannot be.
    pub fn read(file: &Path, overrides: &[String]) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigError {
            file: file.display().to_string(),
            place: None,
            key: None,
            reason: format!("cannot read the config: {error}"),
            hint: Some("`runner list` shows the configs there are".into()),
        })?;
        Self::parse(file, text, overrides)
    }

    /// Checks the text of a config; `file` only names it in messages.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(file: &Path, text: String, overrides: &[String]) -> Result<Self, ConfigError> {
        let mut experiment: Experiment =
            toml::from_str(&text).map_err(|error| syntax_error(file, &text, &error))?;
        if !overrides.is_empty() {
            experiment = overridden(file, &text, overrides)?;
        }
        let config = Self {
            file: file.into(),
            text,
            overrides: overrides.to_vec(),
            experiment,
        };
        match config.experiment.check() {
            Ok(()) => Ok(config),
            Err(problem) => Err(config.locate(problem)),
        }
    }

    /// The folder that relative paths in the config start from.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// The config as it runs: overrides applied, defaults written out.
    pub fn resolved(&self) -> String {
        // An experiment came from TOML, so it goes back to TOML.
        toml::to_string_pretty(&self.experiment).unwrap_or_default()
    }

    /// Adds the place in the file to a problem with a key's value.
    pub fn locate(&self, problem: Problem) -> ConfigError {
        let overriding = self
            .overrides
            .iter()
            .filter_map(|set| set.split_once('='))
            .find(|(key, _)| related(key.trim(), &problem.key));
        let (file, place) = match overriding {
            Some((key, value)) => (format!("--set {key}={value}"), None),
            None => (
                self.file.display().to_string(),
                place_of(&self.text, &problem.key),
            ),
        };
        ConfigError {
            file,
            place,
            key: Some(problem.key),
            reason: problem.reason,
            hint: problem.hint,
        }
    }
}

/// Whether one key stands above the other, or they are the same.
fn related(a: &str, b: &str) -> bool {
    let above = |a: &str, b: &str| b.strip_prefix(a).is_some_and(|r| r.starts_with('.'));
    a == b || above(a, b) || above(b, a)
}

/// Line and column of a key's value, or of the nearest table above it that is there.
fn place_of(text: &str, key: &str) -> Option<(usize, usize)> {
    let table = DeTable::parse(text).ok()?;
    let mut offset = None;
    let mut at = DeValue::Table(table.into_inner());
    for segment in key.split('.') {
        let Some(next) = child(&at, segment) else {
            break;
        };
        offset = Some(next.span().start);
        at = next.get_ref().clone();
    }
    Some(place(text, offset.unwrap_or(0)))
}

fn child<'a, 'b>(value: &'b DeValue<'a>, segment: &str) -> Option<&'b Spanned<DeValue<'a>>> {
    match value {
        DeValue::Table(table) => table.get(segment),
        DeValue::Array(array) => array.get(segment.parse::<usize>().ok()?),
        _ => None,
    }
}

/// The experiment with `key.path=value` settings applied.
fn overridden(file: &Path, text: &str, overrides: &[String]) -> Result<Experiment, ConfigError> {
    let table: toml::Table =
        toml::from_str(text).map_err(|error| syntax_error(file, text, &error))?;
    let mut root = toml::Value::Table(table);
    for set in overrides {
        apply(&mut root, set).map_err(|reason| ConfigError {
            file: format!("--set {set}"),
            place: None,
            key: None,
            reason,
            hint: None,
        })?;
    }
    root.try_into().map_err(|error: toml::de::Error| {
        let (reason, hint) = explain(error.message());
        ConfigError {
            file: format!("--set {}", overrides.join(" --set ")),
            place: None,
            key: None,
            reason,
            hint,
        }
    })
}

/// Sets one `key.path=value`. The value is TOML; what is not TOML is taken as text.
fn apply(root: &mut toml::Value, set: &str) -> Result<(), String> {
    let (path, value) = set
        .split_once('=')
        .ok_or("expected key.path=value, for example training.epochs=1")?;
    let value = value.trim();
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut t| t.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.into()));
    let mut segments: Vec<&str> = path.trim().split('.').collect();
    let last = segments.pop().filter(|last| !last.is_empty());
    let last = last.ok_or("the key before = is empty")?;
    let mut at = root;
    for segment in segments {
        at = descend(at, segment)?;
    }
    match at {
        toml::Value::Table(inner) => {
            inner.insert(last.into(), parsed);
        }
        toml::Value::Array(items) => *element(items, last)? = parsed,
        _ => return Err(format!("`{path}` leads into a value that is not a table")),
    }
    Ok(())
}

fn descend<'a>(at: &'a mut toml::Value, segment: &str) -> Result<&'a mut toml::Value, String> {
    match at {
        toml::Value::Table(inner) => Ok(inner
            .entry(segment)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()))),
        toml::Value::Array(items) => element(items, segment),
        _ => Err(format!(
            "`{segment}` leads into a value that is not a table"
        )),
    }
}

fn element<'a>(items: &'a mut [toml::Value], segment: &str) -> Result<&'a mut toml::Value, String> {
    let len = items.len();
    segment
        .parse::<usize>()
        .ok()
        .and_then(|index| items.get_mut(index))
        .ok_or_else(|| format!("`{segment}` is no index into a list of {len}"))
}

fn syntax_error(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let (reason, hint) = explain(error.message());
    ConfigError {
        file: file.display().to_string(),
        place: error.span().map(|span| place(text, span.start)),
        key: None,
        reason,
        hint,
    }
}

/// Makes the parser's message name the nearest valid name, and say in the config's words what was
/// expected: without field, sequence or Rust's number types.
fn explain(message: &str) -> (String, Option<String>) {
    let message = message.trim().replace('\n', "; ");
    let (kind, name, valid) = match unknown_name(&message) {
        Some(unknown) => unknown,
        None => return (in_plain_words(&message), None),
    };
    let reason = format!("unknown {kind} `{name}`");
    if valid.is_empty() {
        return (reason, Some("nothing can be set here".into()));
    }
    let list = format!("valid: {}", valid.join(", "));
    let hint = match nearest(name, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? ({list})"),
        None => list,
    };
    (reason, Some(hint))
}

/// The unknown key or name that a message is about, and the valid ones.
fn unknown_name(message: &str) -> Option<(&'static str, &str, Vec<&str>)> {
    let kinds = [("unknown field", "key"), ("unknown variant", "name")];
    for (serde, kind) in kinds {
        if message.starts_with(serde) {
            let mut quoted = message.split('`').skip(1).step_by(2);
            return Some((kind, quoted.next()?, quoted.collect()));
        }
    }
    // So says `toml` of the settings of a variant.
    let rest = message.strip_prefix("unexpected keys in table: ")?;
    let (names, valid) = rest.split_once(", available keys: ")?;
    let name = names.split(", ").next()?;
    Some(("key", name, valid.split(", ").collect()))
}

fn in_plain_words(message: &str) -> String {
    const WORDS: [(&str, &str); 15] = [
        ("expected usize", "expected a whole number, 0 or more"),
        ("expected u64", "expected a whole number, 0 or more"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected a list"),
        ("expected an array of length", "expected a list of length"),
        ("invalid type: sequence", "invalid type: list"),
        ("invalid type: map", "invalid type: table"),
        ("expected a boolean", "expected true or false"),
        ("missing field", "missing key"),
        (
            "wanted exactly 1 element, more than 1 element",
            "expected one kind, found several",
        ),
        (
            "wanted exactly 1 element, found 0 elements",
            "expected one kind, found none",
        ),
        (
            "invalid type: unit variant, expected newtype variant",
            "a name alone, expected its settings too: { name = { ... } }",
        ),
        (
            "invalid type: unit variant, expected struct variant",
            "a name alone, expected its settings too: { name = { ... } }",
        ),
        ("expected empty table", "expected no settings, { }"),
        ("wanted string or table", "expected a name or a table"),
    ];
    let words = WORDS.iter();
    words.fold(message.to_string(), |message, (theirs, ours)| {
        message.replace(theirs, ours)
    })
}
