//! Standard output.
//!
//! That nobody reads it any more (a closed pipe, as in `runner list | head -1`) is no error: what
//! is left to be printed is dropped, and a training goes on. That it cannot be written (a full
//! disk, a closed descriptor) is one: it is noted, so that the work is done nevertheless, and
//! [`finished`] tells it at the end.

mod closed;

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use crate::Failure;
use crate::failure::cause;

/// The first error.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line.
pub fn line(text: impl Display) {
    note(writeln!(io::stdout(), "{text}"));
}

/// Prints bytes as they are.
pub fn bytes(bytes: &[u8]) {
    note(io::stdout().write_all(bytes));
}

/// Notes that something could not be printed, if it could not.
pub fn note(outcome: io::Result<()>) {
    let outcome = match closed::at_start() {
        true => Err(io::Error::other("it is closed")),
        false => outcome,
    };
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let mut lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
            lost.get_or_insert(error);
        }
        _ => {}
    }
}

/// Whether all that was printed could be written.
///
/// # Errors
/// [`Failure::Run`] when something is lost.
pub fn finished() -> Result<(), Failure> {
    note(io::stdout().flush());
    let lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*lost {
        None => Ok(()),
        Some(error) => Err(Failure::Run(format!(
            "standard output cannot be written ({}): what was to be printed is lost",
            cause(error)
        ))),
    }
}
