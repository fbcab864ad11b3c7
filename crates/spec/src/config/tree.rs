//! A config as a tree in which every key and every value knows where it was written.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::path::{self, Segment};

/// What somebody wrote: the text of a file, or an argument of the command line.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, as the user named it; none: an argument.
    pub file: Option<String>,
    /// All of it.
    pub text: String,
}

/// A piece of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it stands.
    pub source: Arc<Source>,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

impl Place {
    /// A piece of that source.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self {
            source: source.clone(),
            span,
        }
    }

    /// Whether it stands on the command line.
    pub fn is_argument(&self) -> bool {
        self.source.file.is_none()
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub place: Place,
}

/// What can be written in TOML.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text in quotes.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// A number with a point or an exponent.
    Float(f64),
    /// A number that is too large to be held, as written.
    Huge(String),
    /// True or false.
    Boolean(bool),
    /// A date or a time, as written.
    Date(String),
    /// In square brackets.
    List(Vec<Node>),
    /// Keys and values in their order.
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub place: Place,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// An empty table in that place.
    pub fn table(place: Place) -> Self {
        let value = Value::Table(Vec::new());
        Self { value, place }
    }

    /// The table that a text in TOML makes.
    pub fn document(source: &Arc<Source>) -> Result<Self, toml::de::Error> {
        let table = DeTable::parse(&source.text)?;
        Ok(Self {
            value: entries(table.get_ref(), source),
            place: Place::new(source, 0..0),
        })
    }

    /// The value that stands in an argument behind its `=`, which is before the byte `from`; none:
    /// more than a value stands there.
    pub fn value(source: &Arc<Source>, from: usize) -> Result<Option<Self>, toml::de::Error> {
        // A key as long as what stands before: so the places are those of the argument.
        let key = " ".repeat(from.saturating_sub(2)) + "v=";
        let text = key + &source.text[from..];
        let table = DeTable::parse(&text)?;
        let entries = table.get_ref();
        let value = entries.get("v").filter(|_| entries.len() == 1);
        Ok(value.map(|value| node(value, source)))
    }

    /// What is under a key of a table, or at an index of a list.
    pub fn child(&self, segment: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(entries) => {
                let entry = entries.iter().find(|entry| entry.key == segment);
                entry.map(|entry| &entry.node)
            }
            Value::List(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn child_mut(&mut self, segment: &str) -> Option<&mut Self> {
        match &mut self.value {
            Value::Table(entries) => {
                let entry = entries.iter_mut().find(|entry| entry.key == segment);
                entry.map(|entry| &mut entry.node)
            }
            Value::List(items) => items.get_mut(segment.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Takes away what is under a key of a table, or at an index of a list.
    pub fn remove(&mut self, segment: &str) {
        match &mut self.value {
            Value::Table(entries) => entries.retain(|entry| entry.key != segment),
            Value::List(items) => {
                if let Ok(index) = segment.parse::<usize>()
                    && index < items.len()
                {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }

    /// The value that a path of keys leads to, or the last one on the way that is there; and
    /// whether the whole way was there.
    pub fn follow(&self, path: &str) -> (&Self, bool) {
        let mut at = self;
        for segment in path::segments(path) {
            match at.child(&segment) {
                Some(next) => at = next,
                None => return (at, false),
            }
        }
        (at, true)
    }

    /// The paths of all keys with that name.
    pub fn paths_to(&self, name: &str) -> Vec<String> {
        let inside = |key: &str, node: &Self| {
            let paths = node.paths_to(name).into_iter();
            paths
                .map(|path| format!("{}.{path}", Segment(key)))
                .collect::<Vec<_>>()
        };
        match &self.value {
            Value::Table(entries) => {
                let found = entries.iter().flat_map(|entry| {
                    let own = (entry.key == name).then(|| Segment(name).to_string());
                    own.into_iter().chain(inside(&entry.key, &entry.node))
                });
                found.collect()
            }
            Value::List(items) => {
                let items = items.iter().enumerate();
                items
                    .flat_map(|(index, item)| inside(&index.to_string(), item))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The places on the command line that a value in a file got parts of.
    pub fn arguments(&self) -> Vec<Place> {
        if self.place.is_argument() {
            return vec![self.place.clone()];
        }
        match &self.value {
            Value::Table(entries) => {
                let nodes = entries.iter().map(|entry| &entry.node);
                nodes.flat_map(Self::arguments).collect()
            }
            Value::List(items) => items.iter().flat_map(Self::arguments).collect(),
            _ => Vec::new(),
        }
    }

    /// The value in a few words, as something that was found in place of what was expected.
    pub fn in_words(&self) -> String {
        match &self.value {
            Value::Text(text) => format!("\"{}\"", visible(text)),
            Value::Huge(number) => format!("{}, which no number can hold", visible(number)),
            Value::Date(date) => format!("the date or time {date}"),
            Value::List(items) if items.is_empty() => "an empty list".into(),
            Value::List(_) => "a list".into(),
            Value::Table(entries) if entries.is_empty() => "an empty table".into(),
            Value::Table(_) => "a table".into(),
            number => number.to_string(),
        }
    }
}

fn entries(table: &DeTable<'_>, source: &Arc<Source>) -> Value {
    let entries = table.iter().map(|(key, value)| Entry {
        key: key.get_ref().to_string(),
        place: Place::new(source, key.span()),
        node: node(value, source),
    });
    Value::Table(entries.collect())
}

fn node(value: &Spanned<DeValue<'_>>, source: &Arc<Source>) -> Node {
    let place = Place::new(source, value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Huge(number.to_string()),
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(value) if value.is_finite() || !number.as_str().contains(char::is_numeric) => {
                Value::Float(value)
            }
            _ => Value::Huge(number.to_string()),
        },
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, source)).collect()),
        DeValue::Table(table) => entries(table, source),
    };
    Node { value, place }
}

/// A value as it is written on one line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", toml::Value::String(text.clone())),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{}", toml::Value::Float(*number)),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Huge(text) | Self::Date(text) => write!(f, "{text}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Table(entries) if entries.is_empty() => write!(f, "{{}}"),
            Self::Table(entries) => {
                let entry =
                    |entry: &Entry| format!("{} = {}", Segment(&entry.key), entry.node.value);
                let entries: Vec<String> = entries.iter().map(entry).collect();
                write!(f, "{{ {} }}", entries.join(", "))
            }
        }
    }
}

/// A text on one line of a message: its first characters, those that cannot be seen as escapes.
pub fn visible(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(MOST)
        .map(|c| match c.is_control() {
            true => c.escape_default().to_string(),
            false => c.to_string(),
        })
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push_str("...");
    }
    shown
}
