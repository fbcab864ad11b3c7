//! The command line of the workspace: see `runner --help`.

use std::process::ExitCode;

use clap::Parser;
use runner::cli::Cli;

fn main() -> ExitCode {
    match runner::execute(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}
