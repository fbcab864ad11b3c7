//! Images and labels in four IDX files: MNIST, and all that copied its form.
//!
//! Sources: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
//! document recognition", Proc. IEEE 86 (1998); Fashion-MNIST (Xiao et al. 2017), KMNIST
//! (Clanuwat et al. 2018) and EMNIST (Cohen et al. 2017) use the same files.

mod deskew;
mod folder;

use std::path::Path;

use folder::Folder;
use rayon::prelude::*;
use spec::dataset::{MnistSpec, Pixels};

use crate::dataset::{About, Dataset, Parts, Target};
use crate::error::DataError;
use crate::files::{self, Located, Source};
use crate::idx::{self, Idx};
use crate::samples::{Features, Samples, Targets};

const PATH: &str = "dataset.mnist.path";
const CLASSES: &str = "dataset.mnist.classes";
const PAD: &str = "dataset.mnist.pad";

/// Bytes of the padded images of a part at most.
const MOST_BYTES: usize = 1 << 33;

/// Names of the four files after the prefix: training images and labels, test images and labels.
const STEMS: [&[&str]; 4] = [
    &["train-images-idx3-ubyte"],
    &["train-labels-idx1-ubyte"],
    &["t10k-images-idx3-ubyte", "test-images-idx3-ubyte"],
    &["t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"],
];

/// Loads the four files, packed ones side by side, and checks them against each other.
pub(crate) fn load(spec: &MnistSpec, base: &Path) -> Result<Dataset, DataError> {
    let folder = Folder::find(spec, base)?;
    let files: Vec<Located> = STEMS
        .iter()
        .map(|stems| folder.file(&spec.prefix, stems))
        .collect::<Result<_, _>>()?;
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
    let name = folder.dataset_name(&spec.prefix);
    assemble(spec, name, train, test, sources)
}

/// Limits, classes, deskewing, padding and pixel map, in this order; then the data set.
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
        notes.extend(part.limit(limit, key)?);
    }
    let classes = count_classes(spec.classes, &[&train, &test])?;
    for part in [&mut train, &mut test] {
        if spec.deskew {
            deskew::deskew(&mut part.pixels, part.height, part.width);
        }
        part.pad(spec.pad)?;
    }
    if spec.deskew {
        notes.push("deskewed: sheared until the ink stands upright".into());
    }
    if spec.pad > 0 {
        notes.push(format!(
            "padded: {} pixels of background around each image",
            spec.pad
        ));
    }
    let (scale, offset) = pixel_map(spec.pixels, &train.pixels);
    notes.push(describe(spec.pixels, scale, offset));
    let sample_shape = vec![1, train.height, train.width];
    let parts = Parts {
        train: train.samples(scale, offset),
        test: Some(test.samples(scale, offset)),
    };
    let about = About {
        name,
        sample_shape,
        feature_names: Vec::new(),
        target: Target::Classes {
            names: (0..classes).map(|class| class.to_string()).collect(),
        },
        sources,
        notes,
    };
    Ok(Dataset::assemble(parts, about))
}

/// Images with their labels.
struct Part {
    /// `[N, H, W]`
    pixels: Vec<u8>,
    labels: Vec<usize>,
    height: usize,
    width: usize,
    images_file: String,
    labels_file: String,
}

impl Part {
    fn check(images: (Idx, &Located), labels: (Idx, &Located)) -> Result<Self, DataError> {
        let (images, images_file) = images;
        let (labels, labels_file) = labels;
        let rank = |idx: &Idx, file: &Located, expected: &str| DataError::Content {
            file: file.name.clone(),
            place: "byte 3".into(),
            found: format!("{} dimensions {:?}", idx.shape.len(), idx.shape),
            expected: expected.into(),
            remedy: "check that images and labels were not exchanged".into(),
        };
        let &[count, height, width] = images.shape.as_slice() else {
            let expected = "3 dimensions [images, height, width]";
            return Err(rank(&images, images_file, expected));
        };
        let &[labelled] = labels.shape.as_slice() else {
            return Err(rank(&labels, labels_file, "1 dimension [labels]"));
        };
        if labelled != count {
            return Err(DataError::Content {
                file: labels_file.name.clone(),
                place: "byte 4".into(),
                found: format!("{labelled} labels"),
                expected: format!("{count}, one for each image of {}", images_file.name),
                remedy: "use two files that belong together".into(),
            });
        }
        Ok(Self {
            pixels: images.data,
            labels: labels.data.into_iter().map(usize::from).collect(),
            height,
            width,
            images_file: images_file.name.clone(),
            labels_file: labels_file.name.clone(),
        })
    }

    /// Images `[N, H * W]`, still bytes, with their labels.
    fn samples(self, scale: f64, offset: f64) -> Samples {
        let features = Features::Bytes {
            bytes: self.pixels,
            width: self.height * self.width,
            scale,
            offset,
        };
        Samples::new(features, Targets::Classes(self.labels))
    }

    /// Puts `border` pixels of byte 0 around each image.
    fn pad(&mut self, border: usize) -> Result<(), DataError> {
        if border == 0 {
            return Ok(());
        }
        let grown = |side: usize| border.checked_mul(2)?.checked_add(side);
        let sides = grown(self.height).zip(grown(self.width));
        let fits = sides.and_then(|(height, width)| {
            let all = height.checked_mul(width)?.checked_mul(self.labels.len())?;
            (all <= MOST_BYTES).then_some((height, width, all))
        });
        let Some((height, width, all)) = fits else {
            let problem = format!(
                "{} images do not fit into memory with it",
                self.labels.len()
            );
            return Err(DataError::setting(PAD, problem, "set fewer pixels"));
        };
        let mut padded = vec![0; all];
        padded
            .par_chunks_exact_mut(height * width)
            .zip(self.pixels.par_chunks_exact(self.height * self.width))
            .for_each(|(padded, image)| {
                let inside = padded.chunks_exact_mut(width).skip(border);
                for (padded, line) in inside.zip(image.chunks_exact(self.width)) {
                    padded[border..border + self.width].copy_from_slice(line);
                }
            });
        (self.pixels, self.height, self.width) = (padded, height, width);
        Ok(())
    }

    /// Keeps the first `limit` samples; says so.
    fn limit(
        &mut self,
        limit: Option<usize>,
        key: &'static str,
    ) -> Result<Option<String>, DataError> {
        match limit {
            Some(0) => Err(DataError::setting(key, "0 images", "set at least 1")),
            Some(limit) if limit < self.labels.len() => {
                let all = self.labels.len();
                self.labels.truncate(limit);
                self.pixels.truncate(limit * self.height * self.width);
                let file = &self.images_file;
                Ok(Some(format!("the first {limit} of {all} images of {file}")))
            }
            _ => Ok(None),
        }
    }
}

fn same_size(train: &Part, test: &Part) -> Result<(), DataError> {
    if (train.height, train.width) == (test.height, test.width) {
        return Ok(());
    }
    Err(DataError::Content {
        file: test.images_file.clone(),
        place: "byte 8".into(),
        found: format!("images of {} x {} pixels", test.height, test.width),
        expected: format!(
            "{} x {} as in {}",
            train.height, train.width, train.images_file
        ),
        remedy: "use files that belong together".into(),
    })
}

/// The number of classes asked for, if every label is below it; else largest label + 1.
fn count_classes(asked: Option<usize>, parts: &[&Part]) -> Result<usize, DataError> {
    let labels = parts.iter().flat_map(|part| &part.labels);
    let needed = labels.max().map_or(0, |largest| largest + 1);
    let classes = asked.unwrap_or(needed);
    for part in parts {
        if let Some(at) = part.labels.iter().position(|&label| label >= classes) {
            return Err(DataError::setting(
                CLASSES,
                format!(
                    "{classes} classes, but {}, byte {}, holds label {}",
                    part.labels_file,
                    at + 8,
                    part.labels[at]
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

/// (scale, offset) of x = byte · scale + offset.
fn pixel_map(pixels: Pixels, training: &[u8]) -> (f64, f64) {
    match pixels {
        Pixels::Unit => (1.0 / 255.0, 0.0),
        Pixels::Signed => (2.0 / 255.0, -1.0),
        Pixels::Range([low, high]) => ((high - low) / 255.0, low),
        Pixels::Standardize => {
            let count = training.len() as f64;
            let sum: u64 = training.iter().map(|&byte| u64::from(byte)).sum();
            let squares: u64 = training.iter().map(|&byte| u64::from(byte).pow(2)).sum();
            let mean = sum as f64 / count;
            let variance = squares as f64 / count - mean * mean;
            if variance > 0.0 {
                (1.0 / variance.sqrt(), -mean / variance.sqrt())
            } else {
                (0.0, 0.0)
            }
        }
    }
}

fn describe(pixels: Pixels, scale: f64, offset: f64) -> String {
    match pixels {
        Pixels::Unit => "pixels: byte / 255".into(),
        Pixels::Signed => "pixels: 2 byte / 255 - 1".into(),
        Pixels::Range([low, high]) => format!("pixels: 0 becomes {low}, 255 becomes {high}"),
        Pixels::Standardize => {
            format!("pixels: byte * {scale:.6} + {offset:.6} (mean 0, deviation 1 in training)")
        }
    }
}

#[cfg(test)]
mod tests;
