//! Finding and reading files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checksum;
use crate::error::DataError;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name as given in the config, or relative to the folder of the shipped data.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file as it lies on disk, 64 hex digits.
    pub sha256: String,
}

/// A file that exists.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// Where to open it.
    pub path: PathBuf,
    /// Its name in records and messages: as given, never where this machine keeps it.
    pub name: String,
}

/// The folder with the data that ship with the workspace: where the crate was built, else as seen
/// from the workspace's root (a binary that was moved to another machine).
pub(crate) fn shipped() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    if built.is_dir() {
        built
    } else {
        PathBuf::from("crates/datasets/data")
    }
}

/// Where a path from a config may lie: beside the config, then in the current folder.
pub(crate) fn candidates(path: &Path, base: &Path) -> Vec<PathBuf> {
    let mut places = vec![base.join(path)];
    if !places.iter().any(|place| place == path) {
        places.push(path.to_path_buf());
    }
    places
}

/// Paths for a message: `a/x.csv, x.csv`.
pub(crate) fn listed(places: &[PathBuf]) -> String {
    let names: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
    names.join(", ")
}

/// Reads a whole file. `key` is the config key that led to it.
pub(crate) fn read(
    file: &Located,
    key: Option<&'static str>,
) -> Result<(Vec<u8>, Source), DataError> {
    let unreadable = |problem: String, remedy: &str| DataError::Unreadable {
        file: file.name.clone(),
        problem,
        remedy: remedy.into(),
        key,
    };
    let cannot = |error: std::io::Error| {
        let problem = format!("cannot be read ({error})");
        unreadable(problem, "check the path and its permissions")
    };
    // A device or a pipe might never end, so only files and what links to them are opened.
    let kind = fs::metadata(&file.path).map_err(cannot)?;
    if kind.is_dir() {
        let remedy = "name a file inside it";
        return Err(unreadable("is a folder, not a file".into(), remedy));
    }
    if !kind.is_file() {
        let remedy = "copy its content into a file first";
        return Err(unreadable("is not a regular file".into(), remedy));
    }
    let bytes = fs::read(&file.path).map_err(cannot)?;
    let source = Source {
        name: file.name.clone(),
        bytes: bytes.len() as u64,
        sha256: checksum::of_bytes(&bytes),
    };
    Ok((bytes, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_is_tried_beside_the_config_first() {
        let places = candidates(Path::new("a.csv"), Path::new("configs"));
        assert_eq!(listed(&places), "configs/a.csv, a.csv");
        let places = candidates(Path::new("a.csv"), Path::new(""));
        assert_eq!(listed(&places), "a.csv");
        let places = candidates(Path::new("/d/a.csv"), Path::new("configs"));
        assert_eq!(listed(&places), "/d/a.csv");
    }

    #[test]
    fn a_folder_is_refused() {
        let file = Located {
            path: shipped(),
            name: "data".into(),
        };
        let error = read(&file, Some("dataset.csv.path")).unwrap_err();
        let text = "data: is a folder, not a file; name a file inside it";
        assert_eq!(error.to_string(), text);
        assert_eq!(error.key(), Some("dataset.csv.path"));
    }
}
