//! Where the four files are.

use std::path::{Path, PathBuf};

use spec::datasets::MnistSpec;

use super::names::matching;
use super::{PATH, STEMS, missing};
use crate::error::DataError;
use crate::files::{self, Located};
use crate::folders::{Entry, Folder, Wanted, entries};

const WANTED: Wanted = Wanted {
    key: PATH,
    remedy: "name the folder that holds the four IDX files",
    otherwise: ", or leave path out for the MNIST that ships with the workspace",
};

/// Training images and labels, test images and labels.
pub(super) struct FourFiles {
    /// What the data set is called.
    pub name: String,
    /// The files in the order of [`STEMS`].
    pub files: Vec<Located>,
}

impl FourFiles {
    /// Finds the files in the folder of the config, or in the one that ships.
    pub fn find(spec: &MnistSpec, base: &Path) -> Result<Self, DataError> {
        let (folder, key) = match &spec.path {
            Some(path) => (Folder::find(path, base, &WANTED)?, Some(PATH)),
            None => {
                let folder = Folder {
                    path: files::shipped().join("mnist"),
                    name: PathBuf::from("mnist"),
                };
                (folder, None)
            }
        };
        let entries = folder.entries(key)?;
        let one = |stems: &&[&str]| match matching(&entries, &spec.prefix, stems) {
            Some(entry) if entry.is_dir => inside(&folder, entry, &spec.prefix, stems, key),
            Some(entry) => Ok(located(&folder, Path::new(&entry.name), &entry.path)),
            None => Err(missing::error(&folder, &entries, &spec.prefix, stems, key)),
        };
        Ok(Self {
            files: STEMS.iter().map(one).collect::<Result<_, _>>()?,
            name: dataset_name(&folder, &spec.prefix),
        })
    }
}

/// The file in a folder that is named as the file: some archives unpack so.
fn inside(
    folder: &Folder,
    entry: &Entry,
    prefix: &str,
    stems: &[&str],
    key: Option<&'static str>,
) -> Result<Located, DataError> {
    let mut files = entries(&entry.path).unwrap_or_default();
    files.retain(|file| !file.is_dir);
    match matching(&files, prefix, stems) {
        Some(file) => {
            let name = Path::new(&entry.name).join(&file.name);
            Ok(located(folder, &name, &file.path))
        }
        None => Err(DataError::Unreadable {
            file: folder.name.join(&entry.name).display().to_string(),
            problem: "is a folder, and no file of that name lies in it".into(),
            remedy: "put the IDX file into it, or in its place".into(),
            key,
        }),
    }
}

fn located(folder: &Folder, name: &Path, path: &Path) -> Located {
    Located {
        path: path.into(),
        name: folder.name.join(name).display().to_string(),
    }
}

/// `emnist-letters-` names the data better than the folder does.
fn dataset_name(folder: &Folder, prefix: &str) -> String {
    let prefix = prefix.trim_end_matches(['-', '_', '.']);
    if !prefix.is_empty() {
        return prefix.into();
    }
    match folder.name.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "mnist".into(),
    }
}
