//! The command line of the workspace: see `runner --help`.

use std::io::Write;
use std::process::ExitCode;

use runner::cli::{self, Cli};

fn main() -> ExitCode {
    let done = match Cli::read(std::env::args_os()) {
        Ok(cli) => runner::execute(cli),
        Err(error) => cli::show(&error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where standard error is closed or full, too, the exit code says it.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            failure.exit_code()
        }
    }
}
