//! What can go wrong with data, each with one message: where, what was found, what to do.

use thiserror::Error;

/// Data that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or folder that is not there.
    #[error("{what} not found (looked for {looked}); {remedy}")]
    NotFound {
        /// The file or folder, as the config names it.
        what: String,
        /// Every path that was tried.
        looked: String,
        /// What to do.
        remedy: String,
        /// The config key that names the file.
        key: Option<&'static str>,
    },
    /// A file that is there and cannot be read.
    #[error("{file}: {problem}; {remedy}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        problem: String,
        /// What to do.
        remedy: String,
        /// The config key that names the file.
        key: Option<&'static str>,
    },
    /// A file whose content is not what its format, or the config, demands.
    #[error("{file}, {place}: found {found}, expected {expected}; {remedy}")]
    Content {
        /// The file.
        file: String,
        /// Byte offset, or line and column.
        place: String,
        /// What stands there.
        found: String,
        /// What should stand there.
        expected: String,
        /// What to do.
        remedy: String,
    },
    /// New data that do not fit those that were learned from.
    #[error("{problem}; {remedy}")]
    Unfit {
        /// Why they do not fit, and the file.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// A config value that does not fit the data.
    #[error("{key}: {problem}; {remedy}")]
    Setting {
        /// The config key.
        key: &'static str,
        /// Why the value does not fit.
        problem: String,
        /// What to do.
        remedy: String,
    },
}

impl DataError {
    /// The config key at fault, when the cause is a config value.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { key, .. } | Self::Unreadable { key, .. } => *key,
            Self::Content { .. } | Self::Unfit { .. } => None,
            Self::Setting { key, .. } => Some(key),
        }
    }

    /// The same where no config led to the file, but the command line.
    pub(crate) fn without_key(self) -> Self {
        match self {
            Self::Setting {
                problem, remedy, ..
            } => Self::Unfit { problem, remedy },
            Self::NotFound {
                what,
                looked,
                remedy,
                ..
            } => Self::NotFound {
                what,
                looked,
                remedy,
                key: None,
            },
            Self::Unreadable {
                file,
                problem,
                remedy,
                ..
            } => Self::Unreadable {
                file,
                problem,
                remedy,
                key: None,
            },
            other => other,
        }
    }

    /// Shorthand for [`DataError::Unfit`].
    pub(crate) fn unfit(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Unfit {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Shorthand for [`DataError::Setting`].
    pub(crate) fn setting(
        key: &'static str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Setting {
            key,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// Joins names for a message, the first twenty of them: `"a", "b", "c"`.
pub(crate) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 20;
    let mut list: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("{:?}", name.as_ref()))
        .collect();
    if names.len() > SHOWN {
        list.push(format!("... ({} in all)", names.len()));
    }
    list.join(", ")
}

/// A number of things: `1 byte`, `2 bytes`.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// A name from a file as part of a line: line ends and other control characters are written out.
pub(crate) fn in_line(name: &str) -> String {
    let plain = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    name.chars().map(plain).collect()
}

/// A value from a file, quoted and shortened for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    let short: String = text.chars().take(SHOWN).collect();
    let more = if short.len() < text.len() { "..." } else { "" };
    format!("{short:?}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_place_finding_and_remedy() {
        let error = DataError::Content {
            file: "a.csv".into(),
            place: "line 3".into(),
            found: "2 fields".into(),
            expected: "3".into(),
            remedy: "add the missing field".into(),
        };
        let text = "a.csv, line 3: found 2 fields, expected 3; add the missing field";
        assert_eq!(error.to_string(), text);
        assert_eq!(error.key(), None);
    }

    #[test]
    fn long_lists_and_values_are_shortened() {
        let names: Vec<String> = (0..30).map(|i| i.to_string()).collect();
        assert!(quoted(&names).ends_with("\"19\", ... (30 in all)"));
        assert_eq!(quoted(&["a\nb"]), "\"a\\nb\"");
        assert_eq!(in_line("größe\n\u{1b}[31m"), "größe\\n\\u{1b}[31m");
        assert_eq!(excerpt("ab"), "\"ab\"");
        assert!(excerpt(&"é".repeat(50)).ends_with("é\"..."));
    }
}
