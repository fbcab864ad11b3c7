//! `--set key.path=value` and `--set key.path+=value`.

use std::sync::Arc;

use super::{Step, joined, no_element, refused, source, steps, walk};
use crate::config::path;
use crate::config::syntax;
use crate::config::tree::{Node, Place, Source, Value};
use crate::error::{ConfigError, Mark};

/// A `--set` that was read.
pub struct Set {
    steps: Vec<Step>,
    value: Node,
    /// Whether `+=` was typed.
    pub appends: bool,
}

impl Set {
    /// Reads an argument.
    pub fn read(argument: &str) -> Result<Self, ConfigError> {
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

    /// Gives a key its value.
    pub fn replace(self, root: &mut Node) -> Result<(), ConfigError> {
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

    /// Appends to a list.
    pub fn append(
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
    match Node::value(source, from) {
        Ok(Some(node)) => Ok(node),
        Err(error) if text.len() > 1 && text.starts_with(['{', '[', '"', '\'']) => {
            Err(syntax::error(source, from, &error))
        }
        _ => Ok(Node {
            value: Value::Text(text.into()),
            place,
        }),
    }
}
