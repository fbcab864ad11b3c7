//! Why a call of `runner` did not succeed, and with which exit code it ends.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use contract::TensorError;
use datasets::DataError;
use spec::ConfigError;

use crate::interrupt;

/// A message for the user and a class of exit codes.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The run itself failed: it diverged, or gradients disagree. Exit code 1.
    #[error("{0}")]
    Run(String),
    /// The input is wrong: config, data, paths. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// Ctrl-C, or another signal. Exit code 130, as shells have it (128 + SIGINT); after SIGTERM
    /// 143.
    #[error("{0}")]
    Interrupted(String),
}

impl Failure {
    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Run(_) => 1,
            Self::Input(_) => 2,
            Self::Interrupted(_) => interrupt::exit_code(),
        })
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Input(match shows_colours() {
            true => error.in_colours(),
            false => error.to_string(),
        })
    }
}

/// Whether standard error is a terminal that is to be coloured.
fn shows_colours() -> bool {
    let plain =
        |name: &str, is: fn(&str) -> bool| std::env::var(name).is_ok_and(|value| is(&value));
    std::io::stderr().is_terminal()
        && !plain("NO_COLOR", |value| !value.is_empty())
        && !plain("TERM", |value| value == "dumb")
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<TensorError> for Failure {
    fn from(error: TensorError) -> Self {
        Self::Input(error.to_string())
    }
}

/// The cause: the system's words without their number, which begin with a small letter inside of a
/// sentence; of an error of our own, which may begin with the name of a file, the words as they
/// are.
pub fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let Some((words, _)) = text.split_once(" (os error") else {
        return text;
    };
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_keep_their_letters_and_the_system_speaks_inside_of_a_sentence() {
        let own = io::Error::other("README.md is a file, not a folder");
        assert_eq!(cause(&own), "README.md is a file, not a folder");
        let system = io::Error::from_raw_os_error(13);
        assert_eq!(cause(&system), "permission denied");
    }
}
