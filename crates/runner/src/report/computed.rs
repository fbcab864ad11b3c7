//! What is computed for the page: measures of the test samples, pictures.

use std::path::Path;

use spec::measures::Part;

use crate::activity::Activity;
use crate::evaluate::intervals::Bootstrap;
use crate::evaluate::{self, report::Report};
use crate::page::{Block, Figure, Section};
use crate::pictures::{self, KINDS, Picture, Subject, curves};
use crate::prepare::Prepared;
use crate::record::Record;
use crate::recorded::{self, Learned};
use crate::{Failure, machine};

/// As `runner evaluate` has it without options.
const BOOTSTRAP: Bootstrap = Bootstrap {
    resamples: 1000,
    seed: 1,
};

/// What was computed; what could not be, and why.
pub struct Computed {
    /// What is measured of the test samples.
    pub measures: Result<Report, String>,
    pictures: Vec<Picture>,
    /// Why pictures are missing.
    missing: Vec<String>,
}

impl Computed {
    /// Of a run: `prepared` is what it learned from, or why nothing is to be computed of that.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] when somebody asks to stop.
    pub fn of(
        folder: &Path,
        record: &Record,
        prepared: Result<Prepared, String>,
    ) -> Result<Self, Failure> {
        let weights = recorded::weights(record, folder, None);
        match (prepared, weights) {
            (Err(why), _) => Ok(Self::of_record(record, why)),
            (Ok(prepared), Ok((weights, weights_file))) => {
                let learned = Learned {
                    folder: folder.into(),
                    record: Some(record.clone()),
                    prepared,
                    weights,
                    weights_file,
                };
                Self::of_weights(&learned, record)
            }
            (Ok(prepared), Err(why)) => {
                let why = why.to_string();
                let subject = Subject::new(folder, record, &prepared, None);
                let (pictures, mut missing) = drawn(&subject)?;
                missing.push(why.clone());
                Ok(Self {
                    measures: Err(why),
                    pictures,
                    missing,
                })
            }
        }
    }

    fn of_weights(learned: &Learned, record: &Record) -> Result<Self, Failure> {
        let threads = learned.prepared.threads();
        let (measures, (pictures, missing)) = machine::in_pool(threads, || {
            let folder = &learned.folder;
            let weights = Some(&learned.weights);
            let subject = Subject::new(folder, record, &learned.prepared, weights);
            let measures = evaluate::measured(learned, Part::Test, None, BOOTSTRAP);
            Ok::<_, Failure>((told(measures)?, drawn(&subject)?))
        })??;
        Ok(Self {
            measures,
            pictures,
            missing,
        })
    }

    fn of_record(record: &Record, why: String) -> Self {
        Self {
            measures: Err(why.clone()),
            pictures: from_record(record),
            missing: vec![why],
        }
    }

    /// The pictures, with their titles and captions.
    pub fn pictures(&self) -> Section {
        let figures = self.pictures.iter().map(|picture| {
            let Picture {
                name,
                title,
                caption,
                svg,
            } = picture;
            Block::Figure(Figure::svg(name, title, caption, svg))
        });
        let missing = self.missing.iter().map(|why| {
            let what = match self.pictures.is_empty() {
                true => "the pictures",
                false => "pictures of what was learned",
            };
            Block::Missing(format!("{what}: {why}"))
        });
        Section::new("pictures", "Pictures")
            .with_all(missing)
            .with_all(figures)
    }
}

/// What cannot be computed is told in the page; an interrupt ends the work.
fn told<T>(outcome: Result<T, Failure>) -> Result<Result<T, String>, Failure> {
    match outcome {
        Ok(computed) => Ok(Ok(computed)),
        Err(interrupted @ Failure::Interrupted(_)) => Err(interrupted),
        Err(failure) => Ok(Err(failure.to_string())),
    }
}

/// All pictures; where one cannot be drawn the other kinds, and why.
fn drawn(subject: &Subject<'_>) -> Result<(Vec<Picture>, Vec<String>), Failure> {
    let activity = Activity::new(&subject.record.name);
    activity.begin("pictures", 1);
    if let Ok(pictures) = told(pictures::of(subject))? {
        return Ok((pictures, Vec::new()));
    }
    let (mut pictures, mut missing) = (Vec::new(), Vec::new());
    for kind in KINDS {
        match told(pictures::drawn(kind, subject))? {
            Ok(picture) => pictures.extend(picture),
            Err(why) => missing.push(why),
        }
    }
    Ok((pictures, missing))
}

/// The curves need nothing but the record.
fn from_record(record: &Record) -> Vec<Picture> {
    let has_epochs = super::has_epochs(record);
    let curves = has_epochs.then(|| curves::svg(record).ok()).flatten();
    let caption = format!("{}: what was measured after each epoch.", record.name);
    let picture = curves.map(|svg| curves::KIND.picture(caption, svg));
    picture.into_iter().collect()
}
