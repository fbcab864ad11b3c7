//! Folders of data files: where they are, what lies in them, and what that tells when something
//! is missing.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use spec::error::nearest;

use crate::error::DataError;
use crate::files;
use crate::gzip;
use crate::signature::{self, Format};

/// A folder that is there.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// Where to open it.
    pub path: PathBuf,
    /// As the config names it.
    pub name: PathBuf,
}

/// What lies in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub path: PathBuf,
    pub is_dir: bool,
}

/// A folder that a config is to name.
pub(crate) struct Wanted {
    /// The config key.
    pub key: &'static str,
    /// What to do to have it right: `name the folder that holds ...`.
    pub remedy: &'static str,
    /// What else could be done when there is no such folder; may be empty.
    pub otherwise: &'static str,
}

impl Folder {
    /// The folder of that name beside the config or in the current folder.
    pub fn find(name: &Path, base: &Path, wanted: &Wanted) -> Result<Self, DataError> {
        let places = files::candidates(name, base);
        if let Some(path) = places.iter().find(|place| place.is_dir()) {
            return Ok(Self {
                path: path.clone(),
                name: name.into(),
            });
        }
        if let Some(file) = places.iter().find(|place| place.exists()) {
            return Err(is_a_file(name, file, wanted));
        }
        let remedy = format!("{}{}", wanted.remedy, wanted.otherwise);
        Err(DataError::NotFound {
            what: format!("folder {}", name.display()),
            looked: files::listed(&places),
            remedy: places
                .iter()
                .find_map(|place| beside(name, place))
                .unwrap_or(remedy),
            key: Some(wanted.key),
        })
    }

    /// What lies in it, by name.
    pub fn entries(&self, key: Option<&'static str>) -> Result<Vec<Entry>, DataError> {
        entries(&self.path).map_err(|error| DataError::Unreadable {
            file: self.name.display().to_string(),
            problem: format!("the folder cannot be read ({error})"),
            remedy: "check its permissions".into(),
            key,
        })
    }

    /// The nearest folder below it (or right above it) with such entries, by its name.
    pub fn nearby(&self, holds: impl Fn(&[Entry]) -> bool) -> Option<PathBuf> {
        const MOST_FOLDERS: usize = 100;
        let mut folders = vec![self.clone()];
        for next in 0..MOST_FOLDERS {
            let Some(folder) = folders.get(next).cloned() else {
                break;
            };
            let inside = entries(&folder.path).unwrap_or_default();
            if next > 0 && holds(&inside) {
                return Some(folder.name);
            }
            folders.extend(
                inside
                    .into_iter()
                    .filter(|entry| entry.is_dir)
                    .map(|entry| Self {
                        name: folder.name.join(&entry.name),
                        path: entry.path,
                    }),
            );
        }
        self.name.file_name()?;
        let above = self
            .path
            .parent()
            .filter(|above| !above.as_os_str().is_empty());
        let inside = entries(above.unwrap_or(Path::new("."))).unwrap_or_default();
        holds(&inside).then(|| parent(&self.name))
    }

    /// What lies there in place of the data, and what to do with it.
    pub fn clue(&self, entries: &[Entry]) -> Option<String> {
        const LOOKED_AT: usize = 20;
        if entries.is_empty() {
            return Some("the folder is empty: put the files there".into());
        }
        let files = || entries.iter().filter(|entry| !entry.is_dir).take(LOOKED_AT);
        // Of two tables the one with labels is the training part.
        let labelled = files().find(|entry| is_labelled_table(entry));
        let mut files = labelled.into_iter().chain(files());
        files.find_map(|entry| {
            if signature::unpacking(&self.name.join(&entry.name), &self.name, false).is_none()
                && is_table(&entry.name)
            {
                return Some(self.table(entry));
            }
            self.packed_or_other(entry)
        })
    }

    /// What to do with a table of pixels.
    fn table(&self, entry: &Entry) -> String {
        let target = match is_labelled_table(entry) {
            true => "target = \"label\"",
            false => "target = the column of the classes",
        };
        let (name, file) = (&entry.name, self.name.join(&entry.name));
        let file = file.display();
        format!("{name} is a table: [dataset.csv] reads it, with path = \"{file}\" and {target}")
    }

    /// What to do with a file that is packed, or of a format that is not read.
    pub fn packed_or_other(&self, entry: &Entry) -> Option<String> {
        let (name, file) = (&entry.name, self.name.join(&entry.name));
        if let Some(command) = signature::unpacking(&file, &self.name, false) {
            return Some(format!("{name} lies there: unpack it with `{command}`"));
        }
        let format = recognise(&entry.path)?;
        Some(format!(
            "{name} lies there, {}: {}",
            format.name, format.remedy
        ))
    }
}

/// What lies in a folder, by name.
pub(crate) fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        entries.push(Entry {
            name: entry.file_name().to_string_lossy().into_owned(),
            // What a link leads to counts.
            is_dir: path.is_dir(),
            path,
        });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// The folder that holds a file, `.` for the current one.
fn parent(name: &Path) -> PathBuf {
    match name.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.into(),
        _ => ".".into(),
    }
}

/// Why a file is no folder, and which folder may be meant.
fn is_a_file(name: &Path, file: &Path, wanted: &Wanted) -> DataError {
    let (text, remedy) = (name.display(), wanted.remedy);
    // What comes before all endings.
    let whole = name.file_name().unwrap_or_default().to_string_lossy();
    let folder = name.with_file_name(whole.split('.').next().unwrap_or_default());
    let (problem, remedy) = match (signature::unpacking(name, &folder, true), recognise(file)) {
        (Some(command), _) => (
            format!("{text} is a packed file"),
            format!("unpack it with `{command}`, then {remedy}"),
        ),
        (None, Some(format)) => (format!("{text} is {}", format.name), format.remedy.into()),
        (None, None) if is_table(&whole) => (
            format!("{text} is a table"),
            "tables are read by [dataset.csv]".into(),
        ),
        (None, None) => (
            format!("{text} is a file"),
            format!("{remedy}: \"{}\"", parent(name).display()),
        ),
    };
    DataError::setting(wanted.key, problem, remedy)
}

/// What lies beside a folder that is missing: a packed one, or one with a similar name.
fn beside(name: &Path, place: &Path) -> Option<String> {
    let missing = place.file_name()?.to_string_lossy().to_lowercase();
    let above = place.parent().filter(|above| !above.as_os_str().is_empty());
    let entries = entries(above.unwrap_or(Path::new("."))).ok()?;
    let packed = |entry: &&Entry| {
        !entry.is_dir
            && entry
                .name
                .to_lowercase()
                .starts_with(&format!("{missing}."))
    };
    let command = |entry: &Entry| {
        let archive = name.with_file_name(&entry.name);
        let command = signature::unpacking(&archive, name, true)?;
        let archive = archive.display();
        Some(format!("{archive} lies there: unpack it with `{command}`"))
    };
    if let Some(remedy) = entries.iter().filter(packed).find_map(command) {
        return Some(remedy);
    }
    let folders = entries.iter().filter(|entry| entry.is_dir);
    let similar = nearest(&missing, folders.map(|entry| entry.name.as_str()))?;
    let similar = name.with_file_name(similar);
    Some(format!("did you mean \"{}\"?", similar.display()))
}

fn is_table(name: &str) -> bool {
    let name = name.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.ends_with(".csv") || name.ends_with(".tsv")
}

/// A table whose first column is called label, as Kaggle ships MNIST.
fn is_labelled_table(entry: &Entry) -> bool {
    is_table(&entry.name) && first_line(&entry.path).is_some_and(|line| line.starts_with("label,"))
}

/// A format that is not read, by the first bytes of a file, or of what is packed in it with gzip.
fn recognise(file: &Path) -> Option<Format> {
    let head = head(file);
    let format = signature::recognise(&head)?;
    match format.is_gzip() {
        false => Some(format),
        true => signature::recognise(&gzip::head(&head)).filter(|format| !format.is_gzip()),
    }
}

fn first_line(file: &Path) -> Option<String> {
    signature::first_line(&head(file))
}

/// The first bytes of a file; none of what is no regular file.
fn head(file: &Path) -> Vec<u8> {
    const LOOKED_AT: u64 = 512;
    let mut bytes = Vec::new();
    if file.is_file()
        && let Ok(file) = File::open(file)
        && file.take(LOOKED_AT).read_to_end(&mut bytes).is_err()
    {
        bytes.clear();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const WANTED: Wanted = Wanted {
        key: "dataset.mnist.path",
        remedy: "name the folder that holds the four IDX files",
        otherwise: ", or leave path out",
    };

    fn message(name: &str, base: &TempDir) -> String {
        let error = Folder::find(Path::new(name), base.path(), &WANTED).unwrap_err();
        error.to_string()
    }

    #[test]
    fn what_lies_beside_a_missing_folder_is_told() {
        let base = TempDir::new().unwrap();
        let text = message("emnist", &base);
        assert!(
            text.ends_with("; name the folder that holds the four IDX files, or leave path out")
        );
        fs::create_dir(base.path().join("emnists")).unwrap();
        assert!(message("emnist", &base).ends_with("; did you mean \"emnists\"?"));
        fs::write(base.path().join("emnist.tar.gz"), "").unwrap();
        let text = message("emnist", &base);
        let remedy = "; emnist.tar.gz lies there: unpack it with `mkdir emnist && tar xf \
                      emnist.tar.gz -C emnist`";
        assert!(text.ends_with(remedy), "{text}");
    }

    #[test]
    fn a_file_in_place_of_a_folder_is_named_as_what_it_is() {
        let base = TempDir::new().unwrap();
        let files: [(&str, &[u8], &str); 4] = [
            (
                "a.zip",
                b"PK\x03\x04",
                "a.zip is a packed file; unpack it with `unzip a.zip -d a`, then name the folder",
            ),
            (
                "a.npz",
                b"\x93NUMPY",
                "a.npz is a NumPy array (.npy); save its arrays as IDX",
            ),
            (
                "a.csv",
                b"1,2",
                "a.csv is a table; tables are read by [dataset.csv]",
            ),
            (
                "a",
                b"\0\0\x08",
                "a is a file; name the folder that holds the four IDX files: \".\"",
            ),
        ];
        for (name, bytes, wanted) in files {
            fs::write(base.path().join(name), bytes).unwrap();
            let text = message(name, &base);
            assert!(
                text.starts_with(&format!("dataset.mnist.path: {wanted}")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_folder_is_looked_for_below_and_right_above() {
        let base = TempDir::new().unwrap();
        let below = base.path().join("m/a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("x"), "").unwrap();
        fs::write(base.path().join("y"), "").unwrap();
        let folder = Folder::find(Path::new("m"), base.path(), &WANTED).unwrap();
        let holds = |name: &'static str| move |e: &[Entry]| e.iter().any(|e| e.name == name);
        assert_eq!(folder.nearby(holds("x")), Some("m/a/b".into()));
        assert_eq!(folder.nearby(holds("y")), Some(".".into()));
        assert_eq!(folder.nearby(holds("z")), None);
    }
}
