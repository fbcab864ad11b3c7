//! Where the four files are.

use std::path::{Path, PathBuf};

use spec::datasets::MnistSpec;

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

/// A name as all ways to write it have in common: `Train-Images.idx3-ubyte.gz` is
/// `train-images-idx3-ubyte`.
pub(super) fn plain(name: &str) -> String {
    let mut name = name.to_ascii_lowercase();
    while let Some(packed) = name.strip_suffix(".gz") {
        name.truncate(packed.len());
    }
    name.replace('.', "-")
}

/// The entry with one of these names: rather a file than a folder, the first of the names, as
/// it is in the original, not packed.
pub(super) fn matching<'a>(
    entries: &'a [Entry],
    prefix: &str,
    stems: &[&str],
) -> Option<&'a Entry> {
    let names: Vec<String> = stems.iter().map(|stem| format!("{prefix}{stem}")).collect();
    let rank = |entry: &Entry| {
        let written = plain(&entry.name);
        let stem = names.iter().position(|name| plain(name) == written)?;
        let original = [names[stem].clone(), format!("{}.gz", names[stem])];
        let form = original.iter().position(|name| *name == entry.name);
        Some((entry.is_dir, stem, form.unwrap_or(original.len())))
    };
    let ranked = entries
        .iter()
        .filter_map(|entry| Some((rank(entry)?, entry)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, entry)| entry)
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
