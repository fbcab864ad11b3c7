//! Pictures in a folder for each class.
//!
//! 1. [`tree`]: which folders are the parts and the classes, which files are their pictures.
//! 2. [`picture`]: each file as bytes `[C, H, W]`, all of one size.
//! 3. Grey or colour; then the split, where the folders have none.

mod jpeg;
mod new_images;
mod picture;
mod tree;

use std::path::Path;

use contract::streams::Streams;
use rayon::prelude::*;
use spec::datasets::{ImagesSpec, Split};

use crate::checksum;
use crate::dataset::Dataset;
use crate::error::{DataError, counted};
use crate::files::{self, Located, Source};
use crate::folders::{Folder, Wanted};
use crate::image_part::{self, ImagePart, ImageSet, MOST_BYTES};
use crate::split::{Rows, split, split_note};
pub(crate) use new_images::new_images;
use picture::{Picture, Wish};
use tree::{Class, Part, Tree};

const PATH: &str = "dataset.images.path";
const SIZE: &str = "dataset.images.size";
const SPLIT: &str = "dataset.images.split";
const WANTED: Wanted = Wanted {
    key: PATH,
    remedy: "name the folder that holds a folder of pictures for each class",
    otherwise: "",
};

/// Loads the pictures of both parts, side by side.
pub(crate) fn load(
    spec: &ImagesSpec,
    base: &Path,
    streams: &Streams,
) -> Result<Dataset, DataError> {
    let folder = Folder::find(&spec.path, base, &WANTED)?;
    let tree = Tree::read(&folder)?;
    check_split(spec, &tree)?;
    let parts: Vec<&Part> = [&tree.train].into_iter().chain(&tree.test).collect();
    let wish = wish(spec, &parts)?;
    let read: Vec<(Vec<Picture>, Source)> = parts
        .iter()
        .map(|part| read_part(part, &wish))
        .collect::<Result<_, _>>()?;
    let pictures = || read.iter().flat_map(|(pictures, _)| pictures);
    let grey = pictures().all(|picture| picture.channels == 1);
    let channels = spec.channels.unwrap_or(if grey { 1 } else { 3 });
    let mut notes = tree.notes;
    notes.extend(picture::notes(pictures(), spec, channels));
    let names: Vec<String> = tree
        .train
        .classes
        .iter()
        .map(|class| class.name.clone())
        .collect();
    let (mut stacked, mut sources) = (Vec::new(), Vec::new());
    for (part, (pictures, source)) in parts.iter().zip(read) {
        let labels = labels(&part.classes, &names);
        stacked.push(stack(pictures, labels, channels, &wish, &part.name));
        sources.push(source);
    }
    let test = (stacked.len() > 1).then(|| stacked.remove(1));
    let train = stacked.remove(0);
    let (train, test) = match test {
        Some(test) => (train, Some(test)),
        None => divide(train, spec, streams, &mut notes)?,
    };
    let set = ImageSet {
        name: name(&spec.path),
        classes: names,
        sources,
        notes,
    };
    Ok(image_part::assemble(train, test, spec.pixels, set))
}

/// The data are called as their folder.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or("images".as_ref());
    name.to_string_lossy().into_owned()
}

/// Pictures that are divided by their folders are not divided again.
fn check_split(spec: &ImagesSpec, tree: &Tree) -> Result<(), DataError> {
    let (Some(test), Some(_)) = (&tree.test, &spec.split) else {
        return Ok(());
    };
    let (path, test, train) = (spec.path.display(), &test.name, &tree.train.name);
    let problem = format!("{path} has a folder of test pictures, {test}");
    let remedy = format!("leave split out, or set path = \"{train}\" to split these");
    Err(DataError::setting(SPLIT, problem, remedy))
}

/// The size that all pictures have or are made to have: as asked for, or that of the first.
fn wish(spec: &ImagesSpec, parts: &[&Part]) -> Result<Wish, DataError> {
    let count: usize = parts.iter().map(|part| part.files().count()).sum();
    let first = parts.iter().flat_map(|part| part.files()).next();
    let (size, given_by) = match (spec.size, first) {
        (None, Some(first)) => {
            let (bytes, _) = files::read(first, Some(PATH))?;
            (picture::size(&bytes, first)?, Some(first.name.clone()))
        }
        (size, _) => (size.unwrap_or([1, 1]), None),
    };
    let channels = spec.channels.unwrap_or(3);
    let [height, width] = size;
    let fits = [height, width, channels]
        .iter()
        .try_fold(count, |all, &n| all.checked_mul(n));
    if fits.is_none_or(|all| all > MOST_BYTES) {
        let problem = format!("{count} pictures of {height} x {width} do not fit into memory");
        let [height, width] = smaller(size);
        let remedy = format!("set size = [{height}, {width}], for example");
        return Err(DataError::setting(SIZE, problem, remedy));
    }
    Ok(Wish {
        size,
        given_by,
        channels: spec.channels,
    })
}

/// A size that a small network can take.
fn smaller(size: [usize; 2]) -> [usize; 2] {
    size.map(|side| side.min(64))
}

/// The pictures of a part, and their files in one entry: its digest is that of the lines
/// `digest  path` of all files, as `sha256sum` prints them.
fn read_part(part: &Part, wish: &Wish) -> Result<(Vec<Picture>, Source), DataError> {
    let files: Vec<&Located> = part.files().collect();
    // All results are collected first, so that of several errors always the same one is told.
    let read: Vec<Result<(Picture, Source), DataError>> = files
        .par_iter()
        .map(|file| {
            let (bytes, source) = files::read(file, Some(PATH))?;
            Ok((picture::decode(&bytes, file, wish)?, source))
        })
        .collect();
    let mut pictures = Vec::with_capacity(files.len());
    let (mut digests, mut bytes) = (String::new(), 0);
    for result in read {
        let (picture, source) = result?;
        let inside = Path::new(&source.name).strip_prefix(&part.name);
        let inside = inside.unwrap_or(Path::new(&source.name)).display();
        digests += &format!("{}  {inside}\n", source.sha256);
        bytes += source.bytes;
        pictures.push(picture);
    }
    let source = Source {
        name: format!("{} ({})", part.name, counted(pictures.len(), "picture")),
        bytes,
        sha256: checksum::of_bytes(digests.as_bytes()),
    };
    Ok((pictures, source))
}

/// The class of every picture of a part, as an index into the names of all classes.
fn labels(classes: &[Class], names: &[String]) -> Vec<usize> {
    let mut labels = Vec::new();
    for class in classes {
        let label = names.iter().position(|name| *name == class.name);
        labels.resize(labels.len() + class.files.len(), label.unwrap_or(0));
    }
    labels
}

/// The pictures one after the other, `[N, C, H, W]`.
fn stack(
    pictures: Vec<Picture>,
    labels: Vec<usize>,
    channels: usize,
    wish: &Wish,
    source: &str,
) -> ImagePart {
    let [height, width] = wish.size;
    let mut pixels = Vec::with_capacity(pictures.len() * channels * height * width);
    for picture in pictures {
        for _ in 0..channels / picture.channels {
            pixels.extend_from_slice(&picture.pixels);
        }
    }
    ImagePart {
        pixels,
        labels,
        shape: [channels, height, width],
        source: source.into(),
    }
}

/// Training and test part of pictures that have one folder only.
fn divide(
    all: ImagePart,
    spec: &ImagesSpec,
    streams: &Streams,
    notes: &mut Vec<String>,
) -> Result<(ImagePart, Option<ImagePart>), DataError> {
    let kind = spec.split.clone().unwrap_or_default();
    if kind == Split::None {
        return Ok((all, None));
    }
    let rows = Rows {
        count: all.labels.len(),
        labels: Some(all.labels.as_slice()),
        key: SPLIT,
    };
    let indices = split(&kind, &rows, &mut streams.stream("split"))?;
    notes.extend(split_note(&kind));
    let test = indices.test.map(|rows| all.select(&rows));
    Ok((all.select(&indices.train), test))
}

#[cfg(test)]
mod tests;
