//! Files that are no texts, named by their first bytes.

use crate::error::DataError;
use crate::signature;

/// Refuses the bytes of other formats; a text may look like anything that is text.
///
/// # Errors
///
/// With the name of the format, and what to do with it.
pub(super) fn check(bytes: &[u8], file: &str) -> Result<(), DataError> {
    let text = signature::first_line(bytes).is_some();
    let pointer = bytes.starts_with(b"version https://git-lfs") || bytes.starts_with(b"%PDF-");
    match signature::recognise(bytes) {
        Some(format) if !text || pointer => Err(DataError::Content {
            file: file.into(),
            place: "byte 0".into(),
            found: format.name.into(),
            expected: "a text".into(),
            remedy: format.remedy.into(),
        }),
        _ => Ok(()),
    }
}
