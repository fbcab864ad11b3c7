//! Finding the file of a table or of a text.

use std::fs;
use std::path::{Path, PathBuf};

use spec::error::nearest_by;

use crate::error::{DataError, quoted};
use crate::files::{self, Located};

/// Files of one kind that ship.
#[derive(Clone, Copy)]
pub(crate) struct Shipped {
    /// Their folder.
    folder: &'static str,
    /// What one of them is.
    thing: &'static str,
}

pub(crate) const TABLES: Shipped = Shipped {
    folder: "csv",
    thing: "table",
};

pub(crate) const TEXTS: Shipped = Shipped {
    folder: "text",
    thing: "text",
};

/// Finds a file: beside the config, in the current folder, or among those that ship. `key` is the
/// config key that led to it.
pub(crate) fn locate(
    path: &Path,
    base: &Path,
    key: &'static str,
    Shipped { folder, thing }: Shipped,
) -> Result<Located, DataError> {
    let places = files::candidates(path, base);
    let name = path.display().to_string();
    if let Some(place) = places.iter().find(|place| place.exists()) {
        let path = place.clone();
        return Ok(Located { path, name });
    }
    let shipped = files::shipped().join(folder);
    if path.is_relative() && shipped.join(path).is_file() {
        return Ok(Located {
            path: shipped.join(path),
            name: format!("{folder}/{name}"),
        });
    }
    let near = || {
        let near = beside(path, &places).or_else(|| among_shipped(path, &shipped))?;
        Some(format!("did you mean {:?}?", near.display().to_string()))
    };
    let remedy = match elsewhere(&name).or_else(near) {
        Some(remedy) => remedy,
        None => format!(
            "correct the path, or use a {thing} that ships: {}",
            quoted(&names(&shipped))
        ),
    };
    Err(DataError::NotFound {
        what: format!("file {name}"),
        looked: files::listed(&places),
        remedy,
        key: Some(key),
    })
}

/// What to do about a file that is not there: a nearly equal name beside it.
pub(crate) fn near(path: &Path) -> Option<String> {
    let name = path.display().to_string();
    let beside = || beside(path, &[path.to_path_buf()]);
    let near = || {
        Some(format!(
            "did you mean {:?}?",
            beside()?.display().to_string()
        ))
    };
    elsewhere(&name).or_else(near)
}

/// What to do about a name that is no path of this system.
fn elsewhere(name: &str) -> Option<String> {
    if name.contains("://") {
        return Some("it is an address: download the file, and name that".into());
    }
    name.starts_with('~')
        .then(|| "\"~\" is not replaced here: write the whole path".into())
}

/// A file that ships with nearly the same name.
fn among_shipped(path: &Path, folder: &Path) -> Option<PathBuf> {
    beside(path, &[folder.join(path)])
}

/// A file with nearly the same name where the file was looked for, as the config would name it.
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
pub(crate) fn stem(path: &Path) -> String {
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
            let path = Path::new(path);
            let error = locate(path, folder.path(), "dataset.csv.path", TABLES).unwrap_err();
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
