//! Images of other files, prepared as those that were learned from: pictures, folders of them, IDX
//! files.

use std::fs;
use std::path::{Path, PathBuf};

use spec::datasets::{DatasetSpec, MnistSpec, Pixels};
use spec::error::nearest;

use super::picture::{self, Wish};
use super::tree::Part;
use crate::dataset::{Dataset, Target};
use crate::error::{DataError, quoted};
use crate::files::{self, Located, Source};
use crate::folders::Folder;
use crate::image_part::ImagePart;
use crate::new_samples::{NewFiles, NewSamples, Targeted, located};
use crate::samples::{Features, Samples};
use crate::{gzip, idx, mnist};

/// What the images that were learned from say of new ones.
struct Learned<'a> {
    /// Of MNIST and its likes, whose images are prepared further.
    mnist: Option<&'a MnistSpec>,
    pixels: Pixels,
    /// C, H and W before they are prepared further; none of H and W: any, they are resized.
    channels: usize,
    size: Option<[usize; 2]>,
    /// What pictures are resized to.
    picture: [usize; 2],
    classes: &'a [String],
    dataset: &'a Dataset,
}

/// Images as they were read, with the name of each.
struct Read {
    images: ImagePart,
    names: Vec<String>,
    sources: Vec<Source>,
    notes: Vec<String>,
    /// Whether they stand as an IDX file has them.
    of_idx: bool,
}

/// New images for a data set of images.
pub(crate) fn new_images(
    spec: &DatasetSpec,
    dataset: &Dataset,
    new: &NewFiles,
) -> Result<NewSamples, DataError> {
    let learned = Learned::of(spec, dataset);
    let mut read = learned.read(new).map_err(DataError::without_key)?;
    if new.invert {
        read.images.invert();
    }
    read.notes.extend(learned.exchanged(&read, new.invert));
    let images = match learned.mnist {
        Some(spec) => mnist::prepare_new(spec, read.images, read.of_idx)?,
        None => read.images,
    };
    let samples = images.into_samples_like(&dataset.train, learned.pixels);
    Ok(NewSamples {
        samples: match dataset.target {
            Target::Input => samples.predicting_input(),
            _ => samples,
        },
        names: read.names,
        sources: read.sources,
        notes: read.notes,
    })
}

impl<'a> Learned<'a> {
    fn of(spec: &'a DatasetSpec, dataset: &'a Dataset) -> Self {
        let shape = &dataset.sample_shape;
        let [height, width] = [shape[shape.len() - 2], shape[shape.len() - 1]];
        let classes = match &dataset.target {
            Target::Classes { names } => names.as_slice(),
            _ => &[],
        };
        let (mnist, pixels) = match spec {
            DatasetSpec::Mnist(spec) => (Some(spec), spec.pixels),
            DatasetSpec::Images(spec) => (None, spec.pixels),
            DatasetSpec::Cifar10(spec) => (None, spec.pixels),
            _ => unreachable!("only these are read from images"),
        };
        let border = mnist.map_or(0, |spec| spec.pad);
        let resized = mnist.and_then(|spec| spec.size);
        let size = [height, width].map(|side| side - 2 * border);
        Self {
            mnist,
            pixels,
            channels: if shape.len() == 3 { shape[0] } else { 1 },
            size: resized.is_none().then_some(size),
            picture: size,
            classes,
            dataset,
        }
    }

    /// All images, of the form that was learned from.
    fn read(&self, new: &NewFiles) -> Result<Read, DataError> {
        let files: Vec<Located> = new
            .files
            .iter()
            .map(|file| located(file))
            .collect::<Result<_, _>>()?;
        let folder = |file: &Located| Folder {
            path: file.path.clone(),
            name: PathBuf::from(&file.name),
        };
        match (&files[..], new.targeted) {
            ([file], Targeted::Yes) if file.path.is_dir() => self.classes_in(&folder(file)),
            ([file], _) if is_idx(file)? => self.idx(file, new),
            (_, Targeted::Yes) => {
                let problem = format!("{}: nothing tells the class of a picture", files[0].name);
                let remedy = "name a folder that holds a folder of pictures for each class, or an IDX \
                              file with its labels; runner predict needs no classes";
                Err(DataError::unfit(problem, remedy))
            }
            (_, Targeted::No) => {
                let mut pictures = Vec::new();
                for file in files {
                    match file.path.is_dir() {
                        true => pictures.extend(Part::pictures_in(&folder(&file))?),
                        false => pictures.push(file),
                    }
                }
                let labels = vec![0; pictures.len()];
                self.pictures(&pictures, labels)
            }
        }
    }

    /// Pictures in a folder for each class.
    fn classes_in(&self, folder: &Folder) -> Result<Read, DataError> {
        let (part, notes) = Part::read_new(folder)?;
        let (mut files, mut labels) = (Vec::new(), Vec::new());
        for class in part.classes {
            let label = self.classes.iter().position(|name| *name == class.name);
            let Some(label) = label.or(self.classes.is_empty().then_some(0)) else {
                return Err(self.unknown(folder, &class.name));
            };
            labels.resize(labels.len() + class.files.len(), label);
            files.extend(class.files);
        }
        let mut read = self.pictures(&files, labels)?;
        read.notes.extend(notes);
        Ok(read)
    }

    fn unknown(&self, folder: &Folder, class: &str) -> DataError {
        let problem = format!(
            "{}: no training sample is of class {class:?}; there are {}",
            folder.name.join(class).display(),
            quoted(self.classes)
        );
        match nearest(class, self.classes.iter().map(String::as_str)) {
            Some(near) => DataError::unfit(problem, format!("is it {near:?}? Rename the folder")),
            None => DataError::unfit(problem, "take the folder out, or train on it, too"),
        }
    }

    /// Pictures, resized and made grey where they are not as those that were learned from.
    fn pictures(&self, files: &[Located], labels: Vec<usize>) -> Result<Read, DataError> {
        let wish = Wish {
            size: self.picture,
            given_by: None,
            channels: Some(self.channels),
        };
        let (mut pixels, mut names) = (Vec::new(), Vec::new());
        let (mut sources, mut notes) = (Vec::new(), Vec::new());
        for file in files {
            let (bytes, source) = files::read(file, None)?;
            let picture = picture::decode(&bytes, file, &wish).map_err(no_image)?;
            let done = picture.done(self.picture);
            if !done.is_empty() {
                notes.push(format!("{}: {}", file.name, done.join(", ")));
            }
            pixels.extend(picture.pixels);
            names.push(file.name.clone());
            sources.push(source);
        }
        let [height, width] = self.picture;
        Ok(Read {
            images: ImagePart {
                pixels,
                labels,
                shape: [self.channels, height, width],
                source: String::new(),
            },
            names,
            sources,
            notes,
            of_idx: false,
        })
    }

    /// An IDX file, with that of its labels where they are wanted.
    fn idx(&self, file: &Located, new: &NewFiles) -> Result<Read, DataError> {
        let parsed = |file: &Located| {
            let (bytes, source) = files::read(file, None)?;
            Ok((idx::parse(bytes, &file.name)?, source))
        };
        let (images, source) = parsed(file)?;
        let mut sources = vec![source];
        let labels_file = match new.targeted {
            Targeted::Yes => Some(labels_of(file, new.labels.as_deref())?),
            Targeted::No => None,
        };
        let labels = labels_file.as_ref().map(parsed).transpose()?;
        let labels = match (labels, &labels_file) {
            (Some((labels, source)), Some(file)) => {
                sources.push(source);
                Some((labels, file))
            }
            _ => None,
        };
        let images = mnist::images_of((images, file), labels)?;
        self.expect_form(&images, file)?;
        if let Some(labels) = &labels_file {
            self.expect_classes(&images, labels)?;
        }
        let count = images.labels.len();
        Ok(Read {
            images,
            names: (1..=count).map(|image| format!("image {image}")).collect(),
            sources,
            notes: Vec::new(),
            of_idx: true,
        })
    }

    fn expect_form(&self, images: &ImagePart, file: &Located) -> Result<(), DataError> {
        let [_, mut height, mut width] = images.shape;
        if self.mnist.is_some_and(|spec| spec.transpose) {
            (height, width) = (width, height);
        }
        let sizes = self.size.is_none_or(|size| size == [height, width]);
        if sizes && self.channels == 1 {
            return Ok(());
        }
        let what = if self.channels == 1 { "grey" } else { "colour" };
        let [rows, columns] = self.picture;
        Err(DataError::unfit(
            format!(
                "{}: grey images of {height} x {width} pixels, and the run learned from {what} ones \
                 of {rows} x {columns}",
                file.name
            ),
            "name images of the same form; pictures (PNG, JPEG) are resized",
        ))
    }

    fn expect_classes(&self, images: &ImagePart, labels: &Located) -> Result<(), DataError> {
        let classes = self.classes.len();
        let wrong = images.labels.iter().position(|&label| label >= classes);
        let Some(at) = wrong.filter(|_| classes > 0) else {
            return Ok(());
        };
        Err(DataError::unfit(
            format!(
                "{}, byte {}: label {}, which no training sample has; there are {classes} classes",
                labels.name,
                at + 8,
                images.labels[at]
            ),
            "name labels of the same classes",
        ))
    }

    /// Tells of images whose ground is light where that of the images that were learned from is dark,
    /// or the other way about.
    fn exchanged(&self, read: &Read, inverted: bool) -> Option<String> {
        const APART: f64 = 127.0;
        let usual = ground_of(&self.dataset.train, self.channels, self.dataset);
        let pixels = read
            .images
            .pixels
            .chunks_exact(read.images.shape.iter().product());
        let [channels, height, width] = read.images.shape;
        let grounds = pixels.map(|image| ground(image, [channels, height, width]));
        let is_other = |(_, ground): &(&String, f64)| (ground - usual).abs() > APART;
        let others = read.names.iter().zip(grounds).filter(is_other);
        let others: Vec<&str> = others.map(|(name, _)| name.as_str()).collect();
        let first = others.first()?;
        let (is, was) = match usual < APART {
            true => ("light", "dark"),
            false => ("dark", "light"),
        };
        let more = match others.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let remedy = if inverted {
            "leave --invert out"
        } else {
            "use --invert"
        };
        Some(format!(
            "{first}{more}: the ground is {is}, and the run learned from images with a {was} one, so \
             the answers mean little; {remedy}"
        ))
    }
}

/// The same error about a file that stands in no folder of a class.
fn no_image(error: DataError) -> DataError {
    match error {
        DataError::Unreadable {
            file,
            problem,
            remedy,
            key,
        } => DataError::Unreadable {
            remedy: match remedy.contains("class folder") {
                true => {
                    "the run learned from images: name PNG or JPEG pictures, or an IDX file".into()
                }
                false => remedy,
            },
            file,
            problem,
            key,
        },
        other => other,
    }
}

/// The mean of the pixels at the border of an image.
fn ground(image: &[u8], [channels, height, width]: [usize; 3]) -> f64 {
    let at_border = |place: usize| {
        let (row, column) = (place / width % height, place % width);
        row == 0 || row + 1 == height || column == 0 || column + 1 == width
    };
    let border = (0..channels * height * width).filter(|&place| at_border(place));
    let (sum, count) = border.fold((0.0, 0.0), |(sum, count), place| {
        (sum + f64::from(image[place]), count + 1.0)
    });
    sum / count
}

/// The same over the first training images, as their bytes are now.
fn ground_of(train: &Samples, channels: usize, dataset: &Dataset) -> f64 {
    const LOOKED_AT: usize = 1000;
    let Features::Bytes { bytes, width, .. } = train.features() else {
        return 0.0;
    };
    let shape = &dataset.sample_shape;
    let form = [channels, shape[shape.len() - 2], shape[shape.len() - 1]];
    let images = bytes.chunks_exact(*width).take(LOOKED_AT);
    let count = images.len() as f64;
    images.map(|image| ground(image, form)).sum::<f64>() / count
}

/// Whether a file, unpacked, begins as an IDX file.
fn is_idx(file: &Located) -> Result<bool, DataError> {
    if file.path.is_dir() {
        return Ok(false);
    }
    let (bytes, _) = files::read(file, None)?;
    let is_idx = |bytes: &[u8]| bytes.starts_with(&[0, 0, 8]);
    Ok(is_idx(&bytes) || gzip::is_packed(&bytes))
}

/// The file of the labels of an IDX file of images: as named, or beside it as MNIST names them.
fn labels_of(images: &Located, named: Option<&Path>) -> Result<Located, DataError> {
    if let Some(named) = named {
        return located(named);
    }
    let name = images
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let plain = labels.strip_suffix(".gz").unwrap_or(&labels);
    let places = [plain.to_string(), format!("{plain}.gz")];
    let places = places.map(|name| images.path.with_file_name(name));
    let beside = places
        .iter()
        .find(|place| **place != images.path && fs::metadata(place).is_ok());
    match beside {
        Some(labels) => located(labels),
        None => Err(DataError::NotFound {
            what: format!("the labels of {}", images.name),
            looked: files::listed(&places),
            remedy: "name their file with --labels".into(),
            key: None,
        }),
    }
}
