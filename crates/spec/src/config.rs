//! From the text of a config to a checked [`Experiment`].
//!
//! The text becomes a tree in which every value knows where it was written; the command line
//! changes that tree; then it is read into the types, and judged. So a config that lacks a key runs
//! when the command line gives it, and every message can point to the file or to the argument.

mod deserialize;
mod fault;
mod file;
mod format;
mod overrides;
pub mod path;
mod syntax;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::Mark;
use crate::experiment::OF_A_NETWORK;
use crate::{ConfigError, Experiment, Problem};

pub use overrides::Overrides;
pub use tree::{Place, Source};

use deserialize::from_tree;
use tree::Node;

/// A config that was read: the experiment, and where each value was written, to point to when one
/// turns out wrong later.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// What was written.
    source: Arc<Source>,
    /// What the command line changed.
    pub overrides: Overrides,
    /// The checked experiment.
    pub experiment: Experiment,
    root: Node,
}

impl Config {
    /// Reads and checks a config file; `-` is standard input.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or says something that cannot be.
    pub fn read(file: &Path, overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::check(file, file::read(file)?, overrides)
    }

    /// Checks the text of a config; `file` only names it in messages.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(file: &Path, text: String, overrides: &Overrides) -> Result<Self, ConfigError> {
        let file_name = Some(file.display().to_string());
        let source = Arc::new(Source {
            file: file_name,
            text,
        });
        Self::check(file, source, overrides)
    }

    fn check(file: &Path, source: Arc<Source>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut root = document(&source)?;
        let unset = overrides.apply(&mut root, &complete)?;
        expect_one_that_learns(&root)?;
        let experiment = from_tree(&root).map_err(|fault| fault.explain(&root, &unset))?;
        let config = Self {
            file: file.into(),
            source,
            overrides: overrides.clone(),
            experiment,
            root,
        };
        match config.experiment.check() {
            Ok(()) => Ok(config),
            Err(problem) => Err(config.locate(problem)),
        }
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.source.text
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

    /// Adds the place to a problem with a key's value: where the value was written, or what it
    /// would belong to. Where the command line set a part of it, that is shown first.
    pub fn locate(&self, problem: Problem) -> ConfigError {
        locate(&self.root, problem)
    }
}

/// A file in TOML that is no config: a published table, say.
pub struct Document {
    root: Node,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is not TOML.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let root = document(&file::read(file)?)?;
        Ok(Self { root })
    }

    /// The same of a text; `file` only names it in messages.
    ///
    /// # Errors
    /// When it is not TOML.
    pub fn parse(file: &Path, text: String) -> Result<Self, ConfigError> {
        let file = Some(file.display().to_string());
        let root = document(&Arc::new(Source { file, text }))?;
        Ok(Self { root })
    }

    /// Whether it has a key.
    pub fn has(&self, key: &str) -> bool {
        self.root.child(key).is_some()
    }

    /// What it says, checked.
    ///
    /// # Errors
    /// When it says something that cannot be.
    pub fn checked<T: DeserializeOwned>(
        &self,
        check: impl Fn(&T) -> Result<(), Problem>,
    ) -> Result<T, ConfigError> {
        let read = from_tree(&self.root);
        let value: T = read.map_err(|fault| fault.explain(&self.root, &[]))?;
        check(&value).map_err(|problem| self.locate(problem))?;
        Ok(value)
    }

    /// Adds the place to a problem with a key's value, as [`Config::locate`].
    pub fn locate(&self, problem: Problem) -> ConfigError {
        locate(&self.root, problem)
    }
}

/// Adds the place to a problem with a key's value.
fn locate(root: &Node, problem: Problem) -> ConfigError {
    let (node, found) = root.follow(&problem.key);
    let mut marks = vec![Mark::new(&node.place, "")];
    if found
        && !node.place.is_argument()
        && let Some(argument) = node.arguments().first()
    {
        marks.insert(0, Mark::new(argument, ""));
    }
    ConfigError {
        key: Some(problem.key),
        reason: problem.reason,
        hint: problem.hint,
        notes: problem.notes,
        marks,
    }
}

/// A learner has no keys of a network beside it, and a network none of a learner.
fn expect_one_that_learns(root: &Node) -> Result<(), ConfigError> {
    if let (None, Some(_)) = (root.child("learner"), root.child("validation")) {
        let reason = "`validation` stands beside a learner, and here is a network";
        let problem = Problem::new("validation", reason);
        return Err(locate(root, problem.hint("use training.validation")));
    }
    let stranger = OF_A_NETWORK.iter().find(|key| root.child(key).is_some());
    let (Some(learner), Some(key)) = (root.child("learner"), stranger) else {
        return Ok(());
    };
    let reason = format!("`{key}` is of a network, and here is a learner, with a rule of its own");
    let hint = format!("leave out `{key}`, or `learner`");
    let mut error = locate(root, Problem::new(*key, reason).hint(hint));
    error.marks.push(Mark::new(&learner.place, "the learner"));
    Err(error)
}

/// The tree of a text, or why it is not TOML.
fn document(source: &Arc<Source>) -> Result<Node, ConfigError> {
    Node::document(source).map_err(|error| {
        let mut error = syntax::error(source, 0, &error);
        if let Some((what, hint)) = format::recognise(source) {
            error.reason = format!("this is {what}, not a config");
            error.hint = Some(hint);
        }
        error
    })
}

/// The same config with its defaults written out, if it can be read.
fn complete(root: &Node) -> Option<Node> {
    let experiment: Experiment = from_tree(root).ok()?;
    let text = toml::to_string(&experiment).ok()?;
    let file = None;
    Node::document(&Arc::new(Source { file, text })).ok()
}
