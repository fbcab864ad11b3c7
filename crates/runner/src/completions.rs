//! `runner completions`: what completes the command line in a shell.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArguments};
use crate::output;

/// Prints the script of a shell.
pub fn completions(arguments: &CompletionsArguments) {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "runner", &mut script);
    output::bytes(&script);
}
