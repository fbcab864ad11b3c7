//! Why a call of `runner` did not succeed, and with which exit code it ends.

use std::process::ExitCode;

use datasets::DataError;
use spec::{ConfigError, TensorError};

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
    /// Ctrl-C, or another signal. Exit code 130, as shells have it (128 + SIGINT); after SIGTERM 143.
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
        Self::Input(error.to_string())
    }
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
