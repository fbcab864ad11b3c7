//! A picture, and a kind of pictures.

use std::error::Error;

use super::subject::Subject;

/// A picture of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The stem of its file: `confusion`.
    pub name: String,
    /// `Confusion matrix`.
    pub title: String,
    /// What is seen, in one sentence; also what is read out where nothing is seen.
    pub caption: String,
    /// The picture.
    pub svg: String,
}

/// What drawing a kind gives: none where the run has nothing of the kind to show.
pub type Drawn = Result<Option<Picture>, Box<dyn Error>>;

/// A kind of pictures.
pub struct Kind {
    /// Names it on the command line, and its files.
    pub name: &'static str,
    /// Stands above it.
    pub title: &'static str,
    /// What it shows, and of which runs.
    pub shows: &'static str,
    /// Draws it.
    pub draw: fn(&Subject<'_>) -> Drawn,
}

impl Kind {
    /// A picture of this kind.
    pub fn picture(&self, caption: impl Into<String>, svg: String) -> Picture {
        Picture {
            name: self.name.into(),
            title: self.title.into(),
            caption: caption.into(),
            svg,
        }
    }
}
