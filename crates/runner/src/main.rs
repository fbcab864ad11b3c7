//! The command line of the workspace: see `runner --help`.

use std::process::ExitCode;

use runner::cli::Cli;

fn main() -> ExitCode {
    match runner::execute(Cli::read(std::env::args_os())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}
