//! The kit of pictures: what a recorded run has learned, what it answers, where it errs.
//!
//! A kind of pictures is a file here with a [`Kind`], and a line in [`KINDS`]. It draws itself of a
//! [`Subject`], or says that the run has nothing of the kind. `runner draw` writes the pictures to
//! files, a report embeds them.

pub mod canvas;
pub mod kind;
pub mod subject;

mod attention;
pub mod bands;
mod centers;
mod confusion;
pub mod curves;
mod errors;
mod features;
mod filters;
pub mod fit;
mod gradients;
mod heads;
mod heat;
mod histograms;
mod lengths;
mod mistakes;
mod next;
mod own;
pub mod png;
mod regions;
mod reliability;
mod roc;
mod sequence;
mod states;
pub mod tiles;
mod weights;

use std::error::Error;

pub use kind::{Drawn, Kind, Picture};
pub use subject::Subject;

use crate::Failure;

/// All kinds, in the order in which they are shown.
pub const KINDS: &[Kind] = &[
    curves::KIND,
    confusion::KIND,
    roc::KIND,
    reliability::KIND,
    mistakes::KIND,
    fit::KIND,
    regions::KIND,
    filters::KIND,
    features::KIND,
    features::EDGES,
    weights::KIND,
    centers::KIND,
    gradients::KIND,
    histograms::KIND,
    states::KIND,
    heads::KIND,
    errors::KIND,
    next::KIND,
    attention::KIND,
    lengths::KIND,
];

/// The pictures of a run: of every kind that it has something of, and what a learner drew of
/// itself.
///
/// # Errors
/// [`Failure::Input`] when the weights are of another model, [`Failure::Interrupted`] when somebody
/// asks to stop, [`Failure::Run`] when something cannot be drawn.
pub fn of(subject: &Subject<'_>) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::new();
    for kind in KINDS {
        pictures.extend(drawn(kind, subject)?);
    }
    let others = own::pictures(subject);
    let new = others.filter(|own| pictures.iter().all(|picture| picture.name != own.name));
    let new: Vec<Picture> = new.collect();
    pictures.extend(new);
    Ok(pictures)
}

/// The picture of a kind, if the run has something of it.
///
/// # Errors
/// As [`of`].
pub fn drawn(kind: &Kind, subject: &Subject<'_>) -> Result<Option<Picture>, Failure> {
    let told = |error: Box<dyn Error>| match error.downcast::<Failure>() {
        Ok(failure) => *failure,
        Err(error) => Failure::Run(format!("{}: cannot be drawn ({error})", kind.name)),
    };
    (kind.draw)(subject).map_err(told)
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
