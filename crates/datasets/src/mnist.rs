//! Images and labels in four IDX files: MNIST, and all that copied its form.
//!
//! Sources: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
//! document recognition", Proc. IEEE 86 (1998); Fashion-MNIST (Xiao et al. 2017), KMNIST
//! (Clanuwat et al. 2018) and EMNIST (Cohen et al. 2017) use the same files.

mod deskew;
mod folder;
mod missing;
mod names;
mod part;
mod resize;

use std::path::Path;

use folder::FourFiles;
use part::Part;
use rayon::prelude::*;
use spec::datasets::MnistSpec;
use spec::model::Pair;

use crate::dataset::Dataset;
use crate::error::DataError;
use crate::files::{self, Located, Source};
use crate::idx::{self, Idx};
use crate::image_part::{self, ImagePart, ImageSet};

const PATH: &str = "dataset.mnist.path";
const CLASSES: &str = "dataset.mnist.classes";
const SIZE: &str = "dataset.mnist.size";
const PAD: &str = "dataset.mnist.pad";

/// Names of the four files after the prefix: training images and labels, test images and labels.
const STEMS: [&[&str]; 4] = [
    &["train-images-idx3-ubyte"],
    &["train-labels-idx1-ubyte"],
    &["t10k-images-idx3-ubyte", "test-images-idx3-ubyte"],
    &["t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"],
];

/// Loads the four files, packed ones side by side, and checks them against each other.
pub(crate) fn load(spec: &MnistSpec, base: &Path) -> Result<Dataset, DataError> {
    let FourFiles { name, files } = FourFiles::find(spec, base)?;
    // All results are collected first, so that of several errors always the same one is told.
    let read: Vec<Result<(Idx, Source), DataError>> = files
        .par_iter()
        .map(|file| {
            let (bytes, source) = files::read(file, spec.path.is_some().then_some(PATH))?;
            Ok((idx::parse(bytes, &file.name)?, source))
        })
        .collect();
    let mut sources = Vec::with_capacity(STEMS.len());
    let mut arrays = Vec::with_capacity(STEMS.len());
    for result in read {
        let (array, source) = result?;
        arrays.push(array);
        sources.push(source);
    }
    let mut arrays = arrays.into_iter().zip(&files);
    let mut part = || match (arrays.next(), arrays.next()) {
        (Some(images), Some(labels)) => Part::check(images, labels),
        _ => unreachable!("STEMS has four entries"),
    };
    let (train, test) = (part()?, part()?);
    assemble(spec, name, train, test, sources)
}

/// Limits, classes, transposing, deskewing, resizing, padding and pixel map, in this order; then the data
/// set.
fn assemble(
    spec: &MnistSpec,
    name: String,
    mut train: Part,
    mut test: Part,
    sources: Vec<Source>,
) -> Result<Dataset, DataError> {
    same_size(&train, &test)?;
    let mut notes = Vec::new();
    let limits = [
        (&mut train, spec.train_limit, "dataset.mnist.train_limit"),
        (&mut test, spec.test_limit, "dataset.mnist.test_limit"),
    ];
    for (part, limit, key) in limits {
        notes.extend(part.images.limit(limit, key)?);
    }
    let classes = count_classes(spec.classes, &[&train, &test])?;
    for part in [&mut train, &mut test] {
        prepare(spec, part, spec.transpose)?;
    }
    notes.extend(prepared(spec));
    let set = ImageSet {
        name,
        classes: (0..classes).map(|class| class.to_string()).collect(),
        sources,
        notes,
    };
    let (train, test) = (train.images, Some(test.images));
    let dataset = image_part::assemble(train, test, spec.pixels, set);
    Ok(match (spec.rows, &dataset.sample_shape[..]) {
        // Row behind row is how an image lies.
        (true, &[_, height, width]) => Dataset {
            sample_shape: vec![height, width],
            ..dataset
        },
        _ => dataset,
    })
}

/// Transposing, deskewing, resizing and padding of the images of a part.
fn prepare(spec: &MnistSpec, part: &mut Part, transpose: bool) -> Result<(), DataError> {
    if transpose {
        part.transpose();
    }
    if spec.deskew {
        let [_, height, width] = part.images.shape;
        deskew::deskew(&mut part.images.pixels, height, width);
    }
    if let Some(size) = spec.size {
        resize::resize(&mut part.images, size)?;
    }
    part.pad(spec.pad)
}

/// New images, prepared as those that were learned from. Pictures stand upright, and are never
/// transposed.
pub(crate) fn prepare_new(
    spec: &MnistSpec,
    images: ImagePart,
    transpose: bool,
) -> Result<ImagePart, DataError> {
    let labels_file = String::new();
    let mut part = Part {
        images,
        labels_file,
    };
    prepare(spec, &mut part, transpose && spec.transpose)?;
    Ok(part.images)
}

/// An IDX file of images with the one of their labels, or label 0 for each where there is none.
pub(crate) fn images_of(
    images: (Idx, &Located),
    labels: Option<(Idx, &Located)>,
) -> Result<ImagePart, DataError> {
    let count = images.0.shape.first().copied().unwrap_or(0);
    let (shape, data) = (vec![count], vec![0; count]);
    let labels = labels.unwrap_or((Idx { shape, data }, images.1));
    Ok(Part::check(images, labels)?.images)
}

/// What was done to the images, besides the map of their pixels.
fn prepared(spec: &MnistSpec) -> Vec<String> {
    let mut notes = Vec::new();
    if spec.transpose {
        notes.push("transposed: rows and columns of each image exchanged".into());
    } else if spec.prefix.to_ascii_lowercase().starts_with("emnist") {
        let note = "EMNIST's files hold their images transposed: dataset.mnist.transpose = true \
                    sets them upright";
        notes.push(note.into());
    }
    if spec.deskew {
        notes.push("deskewed: sheared until the ink stands upright".into());
    }
    if let Some(Pair { height, width }) = spec.size {
        notes.push(format!("resized to {height} x {width}, bilinear"));
    }
    if spec.rows {
        notes.push("row by row: an image is a sequence of its rows".into());
    }
    if spec.pad > 0 {
        notes.push(format!(
            "padded: {} pixels of background around each image",
            spec.pad
        ));
    }
    notes
}

fn same_size(train: &Part, test: &Part) -> Result<(), DataError> {
    let ([_, height, width], expected) = (test.images.shape, train.images.shape);
    if test.images.shape == expected {
        return Ok(());
    }
    Err(DataError::Content {
        file: test.images.source.clone(),
        place: "byte 8".into(),
        found: format!("images of {height} x {width} pixels"),
        expected: format!(
            "{} x {} as in {}",
            expected[1], expected[2], train.images.source
        ),
        remedy: "use files that belong together".into(),
    })
}

/// The number of classes asked for, if every label is below it; else largest label + 1.
fn count_classes(asked: Option<usize>, parts: &[&Part]) -> Result<usize, DataError> {
    let labels = parts.iter().flat_map(|part| &part.images.labels);
    let needed = labels.max().map_or(0, |largest| largest + 1);
    let classes = asked.unwrap_or(needed);
    for part in parts {
        let labels = &part.images.labels;
        if let Some(at) = labels.iter().position(|&label| label >= classes) {
            return Err(DataError::setting(
                CLASSES,
                format!(
                    "{classes} classes, but {}, byte {}, holds label {}",
                    part.labels_file,
                    at + 8,
                    labels[at]
                ),
                format!("set classes to {needed}, or leave it out"),
            ));
        }
    }
    if classes < 2 {
        let problem = "all labels are 0: a single class, nothing to tell apart";
        return Err(DataError::setting(PATH, problem, "use other label files"));
    }
    Ok(classes)
}

#[cfg(test)]
mod tests;
