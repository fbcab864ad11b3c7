//! `text`: the characters of a text, of which each next one is to be predicted.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Dataset, Split};
use crate::Problem;
use crate::check::Checker;

/// Sequences of at most `steps` characters; the target at each is the next one.
///
/// The classes are the characters of the training part, in the order of their code points. Of lines
/// the line break is one of them: it is the first input of each line and its last target, so that a
/// network learns how lines begin and where they end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSpec {
    /// The file: looked up beside the config, then in the current folder, then among the texts that
    /// ship with the workspace.
    pub path: PathBuf,
    /// Whether each line is a sequence of its own, as in a list of names; otherwise the text is cut
    /// into sequences of `steps` characters, the last of which may be shorter.
    #[serde(default)]
    pub lines: bool,
    /// Steps of a sequence. Of lines: none, as many as the longest line needs, which is one more
    /// than it has characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Windows of `steps` characters that are drawn at random places of the training part of a
    /// running text, to learn from; what is held back is cut into pieces, all of it. None: the
    /// training part is cut into pieces, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<usize>,
    /// How a character is an input.
    #[serde(default)]
    pub inputs: TextInputs,
    /// Which sequences are held back for testing.
    #[serde(default)]
    pub split: Split,
}

/// How a character is an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextInputs {
    /// The number of its class: samples `[T]`, for an `embedding` as first layer.
    #[default]
    Tokens,
    /// As many numbers as there are classes, a 1 at its own: samples `[T, K]`.
    OneHot,
}

impl Dataset for TextSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        if self.steps.is_none() && !self.lines {
            let reason = "a running text is cut into sequences, and nothing says how long they are";
            let problem = Problem::new(checker.field("steps"), reason);
            return Err(problem.hint("set steps = 64, or lines = true if each line is one"));
        }
        let fine = self
            .steps
            .is_none_or(|steps| (1..=100_000).contains(&steps));
        checker.require("steps", fine, "1 to 100000 characters")?;
        let reason = "a sequence of characters is of no class, so none can be kept in proportion";
        checker.require("split", !self.split.is_by_class(), reason)?;
        self.check_windows(checker)?;
        self.split.check(checker)
    }
}

impl TextSpec {
    /// Windows overlap, so what is held back must lie apart from all of them.
    fn check_windows(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let Some(windows) = self.windows else {
            return Ok(());
        };
        let fine = (1..=10_000_000).contains(&windows);
        checker.require("windows", fine, "1 to 10000000")?;
        if self.lines {
            let reason =
                "windows are of a running text, and lines = true says that each line is one";
            return Err(
                Problem::new(checker.field("windows"), reason).hint("leave one of them out")
            );
        }
        if matches!(self.split, Split::None | Split::Ordered(_)) {
            return Ok(());
        }
        let reason =
            "windows overlap, so only the end of the text can be held back from all of them";
        Err(Problem::new(checker.field("split"), reason)
            .hint("split = { ordered = { test = 0.1 } }, or \"none\""))
    }
}
