//! Samples of other files, for a run that has learned: prepared as those that it learned from.

use std::path::{Path, PathBuf};

use crate::error::DataError;
use crate::files::{Located, Source};
use crate::samples::Samples;

/// Whether new samples have targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targeted {
    /// Each has one.
    Yes,
    /// None has one, or it is passed over.
    No,
}

/// Where new samples are.
#[derive(Clone, Debug)]
pub struct NewFiles {
    /// A table, IDX files, pictures, or folders of pictures.
    pub files: Vec<PathBuf>,
    /// The labels of an IDX file of images; none: beside it, named as MNIST's.
    pub labels: Option<PathBuf>,
    /// Whether light and dark are exchanged.
    pub invert: bool,
    /// Whether targets are read.
    pub targeted: Targeted,
}

/// New samples.
#[derive(Clone, Debug)]
pub struct NewSamples {
    /// Without targets these are 0, the first class.
    pub samples: Samples,
    /// Where each is from: a line, a picture.
    pub names: Vec<String>,
    /// Every file that was read.
    pub sources: Vec<Source>,
    /// What is to be known of them.
    pub notes: Vec<String>,
}

/// A file or folder as the command line names it.
pub(crate) fn located(file: &Path) -> Result<Located, DataError> {
    let name = file.display().to_string();
    if !file.exists() {
        return Err(DataError::NotFound {
            what: format!("file {name}"),
            looked: name,
            remedy: crate::locate::near(file).unwrap_or_else(|| "correct the path".into()),
            key: None,
        });
    }
    Ok(Located {
        path: file.into(),
        name,
    })
}
