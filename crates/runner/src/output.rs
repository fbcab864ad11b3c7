//! Standard output.

use std::fmt::Display;
use std::io::Write;

/// Prints a line. That nobody reads it (a closed pipe, as in `runner list | head -1`) is no reason
/// to end a run, which `println!` would do with a panic.
pub fn line(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
