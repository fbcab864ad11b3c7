//! What the list shows: a table or CSV on standard output, notes on standard error, so that CSV
//! stays CSV.

use std::io::Write;

use crate::sheet::Sheet;
use crate::{Failure, output};

/// Prints a table as it stands on the terminal, or as CSV.
///
/// # Errors
/// When it cannot be written as CSV.
pub fn show(sheet: &Sheet, csv: bool) -> Result<(), Failure> {
    match csv {
        false => output::line(sheet.terminal()),
        true => {
            let bytes = sheet.csv();
            output::bytes(&bytes.map_err(|error| Failure::Run(error.to_string()))?);
        }
    }
    Ok(())
}

/// Prints a note.
pub fn note(text: &str) {
    // Where standard error is closed or full there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "note: {text}");
}
