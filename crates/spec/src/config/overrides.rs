//! What the command line changes in a config before anything in it is judged.

mod set;

use std::sync::Arc;

use super::path::{self, Key};
use super::tree::{Entry, Node, Place, Source, Value};
use crate::error::{ConfigError, Mark, nearest};
use set::Set;

/// Changes of a config. The keys in `unset` are taken away first, then `set` is applied, each in
/// the order in which they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `key.path=value`: the value is TOML; what is not is taken as text. An element of a list is
    /// named by its index from 0, `model.layers.0.linear.units=5`. `key.path+=value` appends to a
    /// list: the value, or each element of it if it is a list itself.
    pub set: Vec<String>,
    /// `key.path` of what is taken away.
    pub unset: Vec<String>,
}

impl Overrides {
    /// Applies them to a config. `complete` gives a config its defaults, if it can be read.
    ///
    /// # Errors
    /// The first one that cannot be, with its place.
    pub(super) fn apply(
        &self,
        root: &mut Node,
        complete: &dyn Fn(&Node) -> Option<Node>,
    ) -> Result<Vec<(String, Place)>, ConfigError> {
        let mut unset = Vec::new();
        for argument in &self.unset {
            unset.push(remove(root, argument)?);
        }
        for argument in &self.set {
            let set = Set::read(argument)?;
            match set.appends {
                true => set.append(root, complete)?,
                false => set.replace(root)?,
            }
        }
        Ok(unset)
    }
}

fn refused(place: &Place, label: &str, reason: impl Into<String>) -> ConfigError {
    let mut error = ConfigError::new(reason);
    error.marks.push(Mark::new(place, label));
    error
}

/// An argument as it is shown: behind its option.
fn source(option: &str, argument: &str) -> (Arc<Source>, usize) {
    let text = format!("{option} {argument}");
    let source = Source { file: None, text };
    (Arc::new(source), option.len() + 1)
}

/// The keys of an argument, with their places; `empty` is said of one that is empty.
fn steps(
    source: &Arc<Source>,
    from: usize,
    keys: Vec<Key>,
    empty: &str,
) -> Result<Vec<Step>, ConfigError> {
    if keys.len() > DEEPEST {
        let whole = Place::new(source, from..source.text.len());
        let reason = format!("{} keys, one inside the other, are too many", keys.len());
        return Err(refused(&whole, "", reason));
    }
    let steps = keys.into_iter().map(|key| {
        let place = Place::new(source, key.span.start + from..key.span.end + from);
        match key.name.is_empty() {
            true => Err(refused(&place, "", empty)),
            false => Ok(Step {
                key: key.name,
                place,
            }),
        }
    });
    steps.collect()
}

/// Most keys of a path: more than any config has, and few enough to walk down.
const DEEPEST: usize = 100;

/// A key of an argument.
struct Step {
    key: String,
    place: Place,
}

impl Step {
    fn entry(&self, node: Node) -> Entry {
        Entry {
            key: self.key.clone(),
            place: self.place.clone(),
            node,
        }
    }
}

/// What some keys lead to.
fn walk<'a>(root: &'a mut Node, steps: &[Step]) -> Option<&'a mut Node> {
    steps
        .iter()
        .try_fold(root, |at, step| at.child_mut(&step.key))
}

fn joined(steps: &[Step]) -> String {
    path::join(steps.iter().map(|step| step.key.as_str()))
}

/// Takes a key away: its path and the argument that said so.
fn remove(root: &mut Node, argument: &str) -> Result<(String, Place), ConfigError> {
    let (source, from) = source("--unset", argument);
    let split = path::split(argument);
    if let Some(equals) = split.equals {
        let place = Place::new(&source, from + equals..source.text.len());
        let mut error = refused(&place, "", "expected a key alone");
        error.hint = Some("--unset takes a key away, --set gives it another value".into());
        return Err(error);
    }
    let steps = steps(&source, from, split.keys, "a key is empty")?;
    for (depth, step) in steps.iter().enumerate() {
        match walk(root, &steps[..depth]) {
            Some(at) if at.child(&step.key).is_none() => {
                return Err(absent(at, &steps[..depth], step));
            }
            Some(at) if depth + 1 == steps.len() => at.remove(&step.key),
            _ => {}
        }
    }
    let whole = Place::new(&source, 0..source.text.len());
    Ok((joined(&steps), whole))
}

/// What is to be taken away is not there.
fn absent(at: &Node, above: &[Step], step: &Step) -> ConfigError {
    if let Value::List(items) = &at.value {
        return no_element(items, step);
    }
    let within = match above {
        [] => "the config".into(),
        above => joined(above),
    };
    let reason = format!("there is no `{}` in {within}", path::Segment(&step.key));
    let mut error = refused(&step.place, "", reason);
    if let Value::Table(entries) = &at.value {
        let there: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let near = nearest(&step.key, there.iter().copied());
        error.hint = near.map(|near| format!("did you mean `{near}`?"));
        error.notes = vec![match there.is_empty() {
            true => "it is empty".into(),
            false => format!("there are: {}", there.join(", ")),
        }];
    }
    error
}

fn no_element(items: &[Node], step: &Step) -> ConfigError {
    let reason = match step.key.parse::<i128>() {
        Ok(index) if index < 0 => format!("a list has no element {index}: the first is 0"),
        Ok(index) => format!("there is no element {index}"),
        Err(_) => format!("`{}` is no index of a list", step.key),
    };
    let mut error = refused(&step.place, "", reason);
    error.hint = Some(match items.len() {
        0 => "the list is empty".into(),
        1 => "the list has 1 element, 0".into(),
        len => format!("the list has {len} elements, 0 to {}", len - 1),
    });
    error
}
