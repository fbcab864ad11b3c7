//! The binary version of CIFAR-10: colour images of 32 x 32 pixels in ten classes.
//!
//! | bytes | meaning |
//! |---|---|
//! | 1 | the label, 0 to 9 |
//! | 1024 | the red channel, row by row |
//! | 1024 | the green channel |
//! | 1024 | the blue channel |
//!
//! A file is such records one after the other: five files of 10,000 to learn from, and one to test.
//!
//! Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.

use std::path::Path;

use rayon::prelude::*;
use spec::datasets::Cifar10Spec;

use crate::dataset::Dataset;
use crate::error::{DataError, counted};
use crate::files::{self, Located, Source};
use crate::folders::{Entry, Folder, Wanted};
use crate::image_part::{self, ImagePart, ImageSet};
use crate::{gzip, signature};

const PATH: &str = "dataset.cifar10.path";
const WANTED: Wanted = Wanted {
    key: PATH,
    remedy: "name the folder that holds data_batch_1.bin to data_batch_5.bin and test_batch.bin",
    otherwise: ", which cifar-10-binary.tar.gz unpacks as cifar-10-batches-bin",
};

/// The folder that the archive unpacks.
const UNPACKED: &str = "cifar-10-batches-bin";
/// The files; the last one is for testing.
const FILES: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];
const META: &str = "batches.meta.txt";
const NAMES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

const SHAPE: [usize; 3] = [3, 32, 32];
const PIXELS: usize = 3 * 32 * 32;
const RECORD: usize = 1 + PIXELS;
/// CIFAR-100 has two labels before the pixels.
const RECORD_100: usize = 2 + PIXELS;

/// Loads the six files, side by side.
pub(crate) fn load(spec: &Cifar10Spec, base: &Path) -> Result<Dataset, DataError> {
    let folder = batches(Folder::find(&spec.path, base, &WANTED)?);
    let entries = folder.entries(Some(PATH))?;
    let files: Vec<Located> = FILES
        .iter()
        .map(|name| located(&folder, &entries, name))
        .collect::<Result<_, _>>()?;
    // All results are collected first, so that of several errors always the same one is told.
    let read: Vec<Result<(ImagePart, Source), DataError>> =
        files.par_iter().map(read_batch).collect();
    let (mut batches, mut sources) = (Vec::new(), Vec::new());
    for result in read {
        let (batch, source) = result?;
        batches.push(batch);
        sources.push(source);
    }
    let Some(mut test) = batches.pop() else {
        unreachable!("there are six files");
    };
    let mut train = joined(&batches, folder.name.display().to_string());
    let mut notes = Vec::new();
    notes.extend(train.limit(spec.train_limit, "dataset.cifar10.train_limit")?);
    notes.extend(test.limit(spec.test_limit, "dataset.cifar10.test_limit")?);
    let classes = class_names(&folder, &mut sources, &mut notes)?;
    let name = "cifar10".into();
    let set = ImageSet {
        name,
        classes,
        sources,
        notes,
    };
    Ok(image_part::assemble(train, Some(test), spec.pixels, set))
}

/// The folder with the files: the one of the config, or the one in it that the archive unpacks.
fn batches(folder: Folder) -> Folder {
    let below = folder.path.join(UNPACKED);
    if folder.path.join(FILES[0]).exists() || !below.is_dir() {
        return folder;
    }
    Folder {
        path: below,
        name: folder.name.join(UNPACKED),
    }
}

fn located(folder: &Folder, entries: &[Entry], name: &str) -> Result<Located, DataError> {
    if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
        return Ok(Located {
            path: entry.path.clone(),
            name: folder.name.join(name).display().to_string(),
        });
    }
    Err(DataError::NotFound {
        what: format!("{name} in folder {}", folder.name.display()),
        looked: folder.path.join(name).display().to_string(),
        remedy: missing(folder, entries),
        key: Some(PATH),
    })
}

/// What to do, by what lies there in place of the files.
fn missing(folder: &Folder, entries: &[Entry]) -> String {
    let there = |name: &str| entries.iter().any(|entry| entry.name == name);
    let binary = "download the binary version, cifar-10-binary.tar.gz, and unpack it with `tar xf`";
    if there("data_batch_1") || there("cifar-10-batches-py") {
        return format!("these are the files of the Python version (pickles): {binary}");
    }
    if there("train.bin") && there("test.bin") || there("cifar-100-binary") {
        return format!("these are the files of CIFAR-100, of 100 classes: {binary}");
    }
    let found: Vec<&str> = FILES.into_iter().filter(|file| there(file)).collect();
    if !found.is_empty() {
        return format!(
            "of the six files there are only {}: unpack the archive again",
            found.join(", ")
        );
    }
    let holds = |entries: &[Entry]| entries.iter().any(|entry| entry.name == FILES[0]);
    if let Some(name) = folder.nearby(holds) {
        let name = name.display();
        return format!("the files lie in \"{name}\": set dataset.cifar10.path = \"{name}\"");
    }
    let clue = folder.clue(entries);
    clue.unwrap_or_else(|| format!("{}{}", WANTED.remedy, WANTED.otherwise))
}

/// The images of a file.
fn read_batch(file: &Located) -> Result<(ImagePart, Source), DataError> {
    let (bytes, source) = files::read(file, Some(PATH))?;
    let bytes = gzip::unpack(bytes, &file.name)?;
    check(&bytes, &file.name)?;
    let records = bytes.chunks_exact(RECORD);
    let batch = ImagePart {
        labels: records
            .clone()
            .map(|record| usize::from(record[0]))
            .collect(),
        pixels: records.flat_map(|record| &record[1..]).copied().collect(),
        shape: SHAPE,
        source: file.name.clone(),
    };
    Ok((batch, source))
}

/// Whether the bytes are whole records with labels of ten classes.
fn check(bytes: &[u8], file: &str) -> Result<(), DataError> {
    let wrong = |byte: usize, found: String, expected: &str, remedy: &str| DataError::Content {
        file: file.into(),
        place: format!("byte {byte}"),
        found,
        expected: expected.into(),
        remedy: remedy.into(),
    };
    let records = "records of 3073 bytes: a label and 3 x 32 x 32 pixels";
    let again = "download cifar-10-binary.tar.gz again, and unpack it with `tar xf`";
    if bytes.is_empty() {
        return Err(wrong(0, "an empty file".into(), records, again));
    }
    let whole = bytes.len() / RECORD * RECORD;
    if whole == bytes.len() {
        let labels = bytes.iter().step_by(RECORD);
        let mut labels = labels.enumerate();
        return match labels.find(|(_, label)| usize::from(**label) >= NAMES.len()) {
            None => Ok(()),
            Some((index, label)) => {
                let found = format!("label {label} of record {index}");
                Err(wrong(index * RECORD, found, "a label of 0 to 9", again))
            }
        };
    }
    if let Some(format) = signature::recognise(bytes) {
        return Err(wrong(0, format.name.into(), records, format.remedy));
    }
    if bytes.len().is_multiple_of(RECORD_100) {
        let found = "records of 3074 bytes, with two labels each, as CIFAR-100 has them".into();
        let remedy = "use the files of cifar-10-binary.tar.gz";
        return Err(wrong(0, found, records, remedy));
    }
    let (rest, count) = (bytes.len() - whole, whole / RECORD);
    let found = format!(
        "{} after {}",
        counted(rest, "byte"),
        counted(count, "whole record")
    );
    Err(wrong(whole, found, records, again))
}

/// Several files as one part.
fn joined(batches: &[ImagePart], source: String) -> ImagePart {
    ImagePart {
        pixels: batches
            .iter()
            .flat_map(|batch| &batch.pixels)
            .copied()
            .collect(),
        labels: batches
            .iter()
            .flat_map(|batch| &batch.labels)
            .copied()
            .collect(),
        shape: SHAPE,
        source,
    }
}

/// The ten names in the file beside, where there is one.
fn class_names(
    folder: &Folder,
    sources: &mut Vec<Source>,
    notes: &mut Vec<String>,
) -> Result<Vec<String>, DataError> {
    let usual = || NAMES.map(String::from).to_vec();
    let file = Located {
        path: folder.path.join(META),
        name: folder.name.join(META).display().to_string(),
    };
    if !file.path.exists() {
        return Ok(usual());
    }
    let (bytes, source) = files::read(&file, Some(PATH))?;
    sources.push(source);
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names: Vec<String> = lines.map(String::from).collect();
    if names.len() == NAMES.len() {
        return Ok(names);
    }
    let count = names.len();
    notes.push(format!(
        "{META} names {count} classes, not 10: the usual names are taken"
    ));
    Ok(usual())
}

#[cfg(test)]
mod tests;
