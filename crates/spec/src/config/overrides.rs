//! What the command line changes in a config before anything in it is judged.

use std::sync::Arc;

use super::path::{self, Key};
use super::tree::{Entry, Node, Place, Source, Value};
use crate::error::{ConfigError, Mark, nearest};

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

/// A `--set` that was read.
struct Set {
    /// Never empty.
    steps: Vec<Step>,
    value: Node,
    appends: bool,
}

impl Set {
    fn read(argument: &str) -> Result<Self, ConfigError> {
        let (source, from) = source("--set", argument);
        let whole = Place::new(&source, from..source.text.len());
        let Some(equals) = path::split(argument).equals else {
            let mut error = refused(&whole, "", "expected key.path=value");
            error.hint = Some("for example training.epochs=1".into());
            return Err(error);
        };
        let appends = argument[..equals].ends_with('+');
        let path = &argument[..equals - usize::from(appends)];
        Ok(Self {
            steps: steps(
                &source,
                from,
                path::split(path).keys,
                "the key before = is empty",
            )?,
            value: value(&source, from + equals + 1)?,
            appends,
        })
    }

    /// The table or list that holds the value, and the last key. Tables on the way are made.
    fn holder<'a>(&self, root: &'a mut Node) -> Result<(&'a mut Node, &Step), ConfigError> {
        let (last, way) = self.steps.split_last().ok_or_else(|| {
            let place = &self.value.place;
            refused(place, "", "the key before = is empty")
        })?;
        for (depth, step) in way.iter().enumerate() {
            let Some(at) = walk(root, &way[..depth]) else {
                break;
            };
            if let Value::Table(entries) = &mut at.value
                && entries.iter().all(|entry| entry.key != step.key)
            {
                let node = Node::table(step.place.clone());
                entries.push(step.entry(node));
            }
            if at.child(&step.key).is_none() {
                return Err(self.through(at, depth));
            }
        }
        match walk(root, way) {
            Some(holder) => Ok((holder, last)),
            None => Err(refused(&last.place, "", "this key leads nowhere")),
        }
    }

    fn replace(self, root: &mut Node) -> Result<(), ConfigError> {
        let (holder, last) = self.holder(root)?;
        let through = self.through(holder, self.steps.len() - 1);
        match &mut holder.value {
            Value::Table(entries) => {
                let entry = last.entry(self.value.clone());
                match entries.iter_mut().find(|entry| entry.key == last.key) {
                    Some(old) => *old = entry,
                    None => entries.push(entry),
                }
                Ok(())
            }
            _ => match holder.child_mut(&last.key) {
                Some(element) => {
                    *element = self.value.clone();
                    Ok(())
                }
                None => Err(through),
            },
        }
    }

    fn append(
        self,
        root: &mut Node,
        complete: &dyn Fn(&Node) -> Option<Node>,
    ) -> Result<(), ConfigError> {
        let path = joined(&self.steps);
        if let (_, false) = root.follow(&path) {
            self.begin_list(root, complete)?;
        }
        let (holder, last) = self.holder(root)?;
        let through = self.through(holder, self.steps.len() - 1);
        let list = holder.child_mut(&last.key).ok_or(through)?;
        let place = list.place.clone();
        let Value::List(items) = &mut list.value else {
            let reason = format!("{path} is {}, not a list", list.in_words());
            let mut error = refused(&last.place, "nothing can be appended to it", reason);
            error.marks.push(Mark::new(&place, "its value"));
            error.hint = Some("give it another value with = instead of +=".into());
            return Err(error);
        };
        match self.value.value {
            Value::List(more) => items.extend(more),
            _ => items.push(self.value),
        }
        Ok(())
    }

    /// Puts the list that a key has by default where the config does not say.
    fn begin_list(
        &self,
        root: &mut Node,
        complete: &dyn Fn(&Node) -> Option<Node>,
    ) -> Result<(), ConfigError> {
        let path = joined(&self.steps);
        let complete = complete(root);
        let default = complete.as_ref().map(|complete| complete.follow(&path));
        let (holder, last) = self.holder(root)?;
        let through = self.through(holder, self.steps.len() - 1);
        let Value::Table(entries) = &mut holder.value else {
            return Err(through);
        };
        let Some((Node { value, .. }, true)) = default else {
            let reason = format!("there is no list {path} to append to");
            let mut error = refused(&last.place, "", reason);
            let value = &self.value.value;
            let list = match value {
                Value::List(_) => value.to_string(),
                _ => format!("[{value}]"),
            };
            error.hint = Some(format!("to begin it: --set {}", quoted(&path, &list)));
            return Err(error);
        };
        entries.push(last.entry(Node {
            value: value.clone(),
            place: self.value.place.clone(),
        }));
        Ok(())
    }

    /// The key at `depth` leads into a value that has no such key.
    fn through(&self, at: &Node, depth: usize) -> ConfigError {
        let step = &self.steps[depth];
        if let Value::List(items) = &at.value {
            let mut error = no_element(items, step);
            let end = Some(items.len().to_string()) == Some(step.key.clone());
            if end && depth + 1 == self.steps.len() {
                let list = joined(&self.steps[..depth]);
                let argument = quoted(&format!("{list}+"), &self.value.value.to_string());
                error.hint = Some(format!("to append to the list: --set {argument}"));
            }
            return error;
        }
        let above = joined(&self.steps[..depth]);
        let reason = format!(
            "{above} is {}, so it has no key `{}`",
            at.in_words(),
            path::Segment(&step.key)
        );
        let mut error = refused(&step.place, "", reason);
        error
            .marks
            .push(Mark::new(&at.place, format!("the value of {above}")));
        error.hint = Some(match &at.value {
            // Perhaps it names a kind.
            Value::Text(_) => {
                let rest = self.steps[depth..].iter().rev();
                let inside = rest.fold(self.value.value.to_string(), |inside, step| {
                    format!("{{ {} = {inside} }}", path::Segment(&step.key))
                });
                format!("to replace the whole: --set {}", quoted(&above, &inside))
            }
            _ => format!("to replace it: --set {above}=..."),
        });
        error
    }
}

/// An argument as a shell takes it.
fn quoted(path: &str, value: &str) -> String {
    format!("'{}'", format!("{path}={value}").replace('\'', r"'\''"))
}

/// The value of an argument from some byte on: TOML, or else text.
fn value(source: &Arc<Source>, from: usize) -> Result<Node, ConfigError> {
    let text = source.text[from..].trim();
    let start = from + source.text[from..].len() - source.text[from..].trim_start().len();
    let place = Place::new(source, start..start + text.len());
    match Node::value(source, start) {
        Ok(mut node) => {
            node.place = place;
            Ok(node)
        }
        Err(error) if text.len() > 1 && text.starts_with(['{', '[', '"', '\'']) => {
            Err(super::syntax::error(source, start, &error))
        }
        Err(_) => Ok(Node {
            value: Value::Text(text.into()),
            place,
        }),
    }
}
