//! Where the four files are.

use std::fs;
use std::path::{Path, PathBuf};

use spec::dataset::MnistSpec;

use super::PATH;
use crate::error::DataError;
use crate::files::{self, Located};

/// The folder with the four files.
pub(super) struct Folder {
    path: PathBuf,
    /// As the config names it.
    name: PathBuf,
    key: Option<&'static str>,
}

impl Folder {
    /// The folder of the config, or the one that ships.
    pub fn find(spec: &MnistSpec, base: &Path) -> Result<Self, DataError> {
        let Some(name) = &spec.path else {
            return Ok(Self {
                path: files::shipped().join("mnist"),
                name: PathBuf::from("mnist"),
                key: None,
            });
        };
        let places = files::candidates(name, base);
        let found = places.iter().find(|place| place.is_dir());
        let file = places.iter().any(|place| place.is_file());
        match found {
            Some(path) => Ok(Self {
                path: path.clone(),
                name: name.clone(),
                key: Some(PATH),
            }),
            None if file => Err(DataError::setting(
                PATH,
                format!("{} is a file", name.display()),
                "name the folder that holds the four IDX files",
            )),
            None => Err(DataError::NotFound {
                what: format!("folder {}", name.display()),
                looked: files::listed(&places),
                remedy: "name the folder that holds the four IDX files, or leave path out for the \
                         MNIST that ships with the workspace"
                    .into(),
                key: Some(PATH),
            }),
        }
    }

    /// The file with one of these names, raw or packed.
    pub fn file(&self, prefix: &str, stems: &[&str]) -> Result<Located, DataError> {
        let names: Vec<String> = stems
            .iter()
            .flat_map(|stem| [format!("{prefix}{stem}"), format!("{prefix}{stem}.gz")])
            .collect();
        match names.iter().find(|name| self.path.join(name).exists()) {
            Some(name) => Ok(Located {
                path: self.path.join(name),
                name: self.name.join(name).display().to_string(),
            }),
            None => Err(DataError::NotFound {
                what: format!("{} in folder {}", names[0], self.path.display()),
                looked: names.join(", "),
                remedy: self.remedy(stems),
                key: self.key,
            }),
        }
    }

    /// Points to the prefix when the folder has a file that only begins otherwise.
    fn remedy(&self, stems: &[&str]) -> String {
        let mut names: Vec<String> = fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        names.sort();
        let prefix = names.iter().find_map(|name| {
            let (prefix, _) = name.split_once(stems.iter().find(|stem| name.contains(**stem))?)?;
            Some(prefix)
        });
        match prefix {
            Some(prefix) => format!("files there begin with {prefix:?}: set dataset.mnist.prefix"),
            None => "set dataset.mnist.path to the folder that holds the four files, and \
                     dataset.mnist.prefix to what their names begin with"
                .into(),
        }
    }

    /// `emnist-letters-` names the data better than the folder does.
    pub fn dataset_name(&self, prefix: &str) -> String {
        let prefix = prefix.trim_end_matches(['-', '_', '.']);
        if !prefix.is_empty() {
            return prefix.into();
        }
        match self.name.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => "mnist".into(),
        }
    }
}
