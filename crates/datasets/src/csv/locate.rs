//! Finding the file of a table.

use std::fs;
use std::path::{Path, PathBuf};

use spec::error::nearest_by;

use crate::error::{DataError, quoted};
use crate::files::{self, Located};

/// Finds a table: beside the config, in the current folder, or among those that ship.
pub(super) fn locate(path: &Path, base: &Path, key: &'static str) -> Result<Located, DataError> {
    let places = files::candidates(path, base);
    let name = path.display().to_string();
    if let Some(place) = places.iter().find(|place| place.exists()) {
        let path = place.clone();
        return Ok(Located { path, name });
    }
    let folder = files::shipped().join("csv");
    if path.is_relative() && folder.join(path).is_file() {
        return Ok(Located {
            path: folder.join(path),
            name: format!("csv/{name}"),
        });
    }
    let near = || {
        let near = beside(path, &places).or_else(|| among_shipped(path, &folder))?;
        Some(format!("did you mean {:?}?", near.display().to_string()))
    };
    let remedy = match elsewhere(&name).or_else(near) {
        Some(remedy) => remedy,
        None => format!(
            "correct the path, or use a table that ships: {}",
            quoted(&names(&folder))
        ),
    };
    Err(DataError::NotFound {
        what: format!("file {name}"),
        looked: files::listed(&places),
        remedy,
        key: Some(key),
    })
}

/// What to do about a name that is no path of this system.
fn elsewhere(name: &str) -> Option<String> {
    if name.contains("://") {
        return Some("it is an address: download the file, and name that".into());
    }
    name.starts_with('~')
        .then(|| "\"~\" is not replaced here: write the whole path".into())
}

/// A table that ships with nearly the same name.
fn among_shipped(path: &Path, folder: &Path) -> Option<PathBuf> {
    beside(path, &[folder.join(path)])
}

/// A file with nearly the same name where the table was looked for, as the config would name it.
fn beside(path: &Path, places: &[PathBuf]) -> Option<PathBuf> {
    const ALIKE: f64 = 0.9;
    let found = places
        .iter()
        .filter_map(|place| place.parent())
        .flat_map(names);
    let name = nearest_by(&stem(path), found, |name| stem(Path::new(name)), ALIKE)?;
    Some(path.with_file_name(name))
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let here = folder.as_os_str().is_empty();
    let entries = fs::read_dir(if here { Path::new(".") } else { folder });
    let mut names: Vec<String> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

/// `data/iris.csv` is called "iris", and `iris.csv.gz` too.
pub(super) fn stem(path: &Path) -> String {
    let path = match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("gz") => path.with_extension(""),
        _ => path.into(),
    };
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_called_by_its_file() {
        for path in ["data/iris.csv", "iris.csv.gz", "iris.gz", "iris"] {
            assert_eq!(stem(Path::new(path)), "iris", "{path}");
        }
    }

    #[test]
    fn what_lies_beside_is_named() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/Adult.csv.gz"), "").unwrap();
        let message = |path: &str| {
            let error = locate(Path::new(path), folder.path(), "dataset.csv.path").unwrap_err();
            error.to_string()
        };
        for path in ["data/adult.csv", "data/adult.data", "data/adlut.csv"] {
            let text = message(path);
            assert!(
                text.ends_with("did you mean \"data/Adult.csv.gz\"?"),
                "{text}"
            );
        }
        assert!(
            message("data/other.csv").contains("; correct the path, or use a table that ships")
        );
    }
}
