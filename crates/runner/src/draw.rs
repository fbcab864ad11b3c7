//! `runner draw`: the pictures of a recorded run ([`crate::pictures`]), written to files.

use std::path::Path;

use crate::cli::{DrawArguments, FormatArgument};
use crate::pictures::png::png;
use crate::pictures::{self, KINDS, Kind, Picture, Subject};
use crate::recorded::{Learned, learned};
use crate::{Failure, files, interrupt, machine, output};

/// Draws a recorded run.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, it has nothing of the kinds that are asked for, or
/// there is no such sample; [`Failure::Run`] when a picture cannot be written.
pub fn draw(arguments: &DrawArguments) -> Result<(), Failure> {
    let asked = asked(&arguments.only)?;
    let Learned {
        folder,
        record,
        prepared,
        weights,
        ..
    } = learned(&arguments.run, &arguments.results)?;
    let Some(record) = record else {
        let what = folder.display();
        return Err(Failure::Input(format!("{what}: no run is recorded there")));
    };
    interrupt::install();
    let drawn = machine::in_pool(prepared.threads(), || {
        let subject = Subject::new(&folder, &record, &prepared, Some(&weights));
        drawn(&asked, &subject.with_sample(arguments.sample)?, &folder)
    })??;
    let mut written = Vec::new();
    for picture in drawn {
        files::make_folder(&arguments.out, "--out")?;
        let (ending, bytes) = match arguments.format {
            FormatArgument::Svg => ("svg", picture.svg.into_bytes()),
            FormatArgument::Png => ("png", png(&picture.svg)?),
        };
        let file = arguments.out.join(format!("{}.{ending}", picture.name));
        files::write_file(&file, &bytes)?;
        written.push(file.display().to_string());
    }
    output::line(format!("written: {}", written.join(", ")));
    Ok(())
}

/// The kinds of these names.
fn asked(names: &[String]) -> Result<Vec<&'static Kind>, Failure> {
    let kind = |name: &String| {
        pictures::kind(name).ok_or_else(|| {
            let all = KINDS.iter().map(|kind| kind.name);
            let hint = match spec::error::nearest(name, all.clone()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("there are {}", all.collect::<Vec<_>>().join(", ")),
            };
            Failure::Input(format!("--only: there is no kind \"{name}\"; {hint}"))
        })
    };
    names.iter().map(kind).collect()
}

/// The pictures of these kinds, each of which must be there; of all where none is named.
fn drawn(asked: &[&Kind], subject: &Subject<'_>, folder: &Path) -> Result<Vec<Picture>, Failure> {
    if asked.is_empty() {
        return pictures::of(subject);
    }
    let drawn = |kind: &&Kind| {
        let refused = || {
            let (run, name, shows) = (folder.display(), kind.name, kind.shows);
            let what = "this run has nothing of that kind";
            Failure::Input(format!("{run}: --only {name}: {what} ({shows})"))
        };
        pictures::drawn(kind, subject)?.ok_or_else(refused)
    };
    asked.iter().map(drawn).collect()
}
