//! The text of a config, from wherever it comes, or why it is none.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tree::{Place, Source};
use crate::error::{ConfigError, Mark, nearest};

/// Reads the text of a file; `-` is standard input.
pub fn read(file: &Path) -> Result<Arc<Source>, ConfigError> {
    let stdin = file == Path::new("-");
    let name = match stdin {
        true => "standard input".into(),
        false => file.display().to_string(),
    };
    let bytes = match stdin {
        true => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map(|_| bytes)
        }
        false => std::fs::read(file),
    };
    let bytes = bytes.map_err(|error| unreadable(file, &name, &error))?;
    text(bytes, &name).map(|text| {
        let file = Some(name);
        Arc::new(Source { file, text })
    })
}

fn refused(name: &str, reason: impl std::fmt::Display, hint: impl Into<String>) -> ConfigError {
    let mut error = ConfigError::new(format!("{name}: {reason}"));
    error.hint = Some(hint.into());
    error
}

fn unreadable(file: &Path, name: &str, error: &std::io::Error) -> ConfigError {
    const LIST: &str = "`runner list` shows the configs there are";
    if file.is_dir() {
        let hint = match configs(file).as_slice() {
            [] => LIST.into(),
            [first, ..] => format!("name a config in it, e.g. {}", first.display()),
        };
        return refused(name, "cannot read the config: it is a folder", hint);
    }
    if error.kind() != ErrorKind::NotFound {
        return refused(name, format!("cannot read the config: {error}"), LIST);
    }
    let reason = "cannot read the config: there is no such file";
    let hint = match similar(file) {
        Some(near) => format!("did you mean {}? {LIST}", near.display()),
        None => LIST.into(),
    };
    refused(name, reason, hint)
}

/// The configs in a folder, sorted.
fn configs(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

/// The config whose name is most like that of a file that is not there: beside it, here, or in
/// `configs`.
fn similar(file: &Path) -> Option<PathBuf> {
    let beside = match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let wanted = file.file_stem()?.to_str()?;
    let folders = [beside, ".".into(), "configs".into()];
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| configs(folder)).collect();
    let stem = |file: &PathBuf| Some(file.file_stem()?.to_str()?.to_string());
    let stems: Vec<String> = files
        .iter()
        .map(|file| stem(file).unwrap_or_default())
        .collect();
    let near = nearest(wanted, stems.iter().map(String::as_str))?;
    let found = &files[stems.iter().position(|stem| stem == near)?];
    Some(found.strip_prefix(".").unwrap_or(found).to_path_buf())
}

/// The text that bytes in UTF-8 are, without a byte order mark.
fn text(bytes: Vec<u8>, name: &str) -> Result<String, ConfigError> {
    let utf_16 = bytes.starts_with(&[0xFF, 0xFE])
        || bytes.starts_with(&[0xFE, 0xFF])
        || matches!(bytes.as_slice(), [0, a, 0, b, ..] | [a, 0, b, 0, ..] if *a > 0 && *b > 0);
    if utf_16 {
        let reason = "the text is UTF-16, as Windows PowerShell writes it";
        let hint = "save it as UTF-8, e.g. `... | Out-File -Encoding utf8`";
        return Err(refused(name, reason, hint));
    }
    let packed = [
        (&[0x1F, 0x8B][..], "gzip"),
        (b"PK\x03\x04", "zip"),
        (&[0x28, 0xB5, 0x2F, 0xFD], "zstd"),
        (b"BZh", "bzip2"),
    ];
    if let Some((_, by)) = packed.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let reason = format!("this is a file packed by {by}, not a config");
        return Err(refused(
            name,
            reason,
            "unpack it, or name a config (*.toml)",
        ));
    }
    let bytes = match bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    match String::from_utf8(bytes) {
        Ok(text) => without_nul(text, name),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let before = String::from_utf8_lossy(&bytes[..good]);
            let (line, column) = crate::error::place(&before, good);
            let byte = bytes.get(good).copied().unwrap_or(0);
            let name = format!("{name}:{line}:{column}");
            let reason = format!("the text is not UTF-8 (byte 0x{byte:02X})");
            let hint = "save the config as UTF-8; it may be Latin-1, Windows-1252, or no text";
            Err(refused(&name, reason, hint))
        }
    }
}

fn without_nul(text: String, name: &str) -> Result<String, ConfigError> {
    let Some(at) = text.find('\0') else {
        return Ok(text);
    };
    let file = Some(name.to_string());
    let source = Arc::new(Source { file, text });
    let mut error = ConfigError::new("a NUL stands in the config");
    error.hint = Some("it is no text; write it anew, or name another file".into());
    error.marks = vec![Mark::new(&Place::new(&source, at..at + 1), "")];
    Err(error)
}
