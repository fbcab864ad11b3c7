//! Data sets of images: `[dataset.mnist]`, `[dataset.images]`, `[dataset.cifar10]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Split;
use crate::Problem;

/// Sides of a picture at most.
const MOST_PIXELS: usize = 4096;

/// Four IDX files: training and test images and labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MnistSpec {
    /// Folder with the four files, raw or gzip; none: the MNIST that ships with the workspace.
    /// `train-images.idx3-ubyte`, as Kaggle ships it, is found as well as `train-images-idx3-ubyte`.
    pub path: Option<PathBuf>,
    /// What stands before `train-images-idx3-ubyte` in the file names, e.g. `emnist-letters-`.
    pub prefix: String,
    /// Number of classes; labels must be below it. None: largest label + 1.
    pub classes: Option<usize>,
    /// How bytes 0..=255 become numbers.
    pub pixels: Pixels,
    /// Whether rows and columns of each image are exchanged: the files of EMNIST hold their images
    /// transposed, so that without it they lie on their sides, mirrored. It comes before all else.
    pub transpose: bool,
    /// Pixels of background put around each image: 2 makes 32 x 32 of 28 x 28.
    pub pad: usize,
    /// Whether slanted images are set upright, by the second moments of their ink.
    pub deskew: bool,
    /// Use only the first so many training images.
    pub train_limit: Option<usize>,
    /// Use only the first so many test images.
    pub test_limit: Option<usize>,
}

impl MnistSpec {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let key = |field: &str| format!("dataset.mnist.{field}");
        require(self.classes != Some(0), key("classes"), "1 class or more")?;
        check_limits("mnist", self.train_limit, self.test_limit)?;
        let pad = "at most 1000 pixels on each side";
        require(self.pad <= 1000, key("pad"), pad)?;
        self.pixels.check("mnist")
    }
}

/// The map from a pixel's byte to a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pixels {
    /// byte / 255: \[0, 1\].
    #[default]
    Unit,
    /// 2 · byte / 255 − 1: \[−1, 1\].
    Signed,
    /// Mean 0 and standard deviation 1 over all training pixels.
    Standardize,
    /// Byte 0 becomes the first number and 255 the second: LeCun et al. 1998 use `[-0.1, 1.175]`.
    Range([f64; 2]),
}

impl Pixels {
    fn check(self, kind: &str) -> Result<(), Problem> {
        let Self::Range([low, high]) = self else {
            return Ok(());
        };
        let fine = low.is_finite() && high.is_finite() && low != high;
        let key = format!("dataset.{kind}.pixels.range");
        require(fine, key, "two different finite numbers")
    }
}

/// PNG or JPEG pictures, in a folder for each class.
///
/// Either `path/train/<class>/*.png` and `path/test/<class>/*.png`, or `path/<class>/*.png`, of
/// which `split` holds some back. The folders name the classes, in the order of the alphabet, or
/// of the numbers when all are numbers. Transparent pictures are laid on white, 16 bits a channel
/// become 8, and photographs are turned as their EXIF data say.
///
/// ```toml
/// [dataset.images]
/// path = "flowers" # flowers/daisy/1.jpg, flowers/rose/1.jpg ...
/// size = [32, 32]
/// channels = 3
/// split = { stratified = { test = 0.2 } }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagesSpec {
    /// The folder: looked up beside the config, then in the current folder.
    pub path: PathBuf,
    /// Height and width that every picture is resized to; none: all must have the same.
    #[serde(default)]
    pub size: Option<[usize; 2]>,
    /// 1 for grey, 3 for colour (red, green, blue); none: grey if all pictures are grey.
    #[serde(default)]
    pub channels: Option<usize>,
    /// How bytes 0..=255 become numbers.
    #[serde(default)]
    pub pixels: Pixels,
    /// Which pictures are held back, where the folder has no `train` and `test`; none: a quarter,
    /// shuffled.
    #[serde(default)]
    pub split: Option<Split>,
}

impl ImagesSpec {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let key = |field: &str| format!("dataset.images.{field}");
        let sides = self.size.unwrap_or([1, 1]);
        let fine = sides.iter().all(|side| (1..=MOST_PIXELS).contains(side));
        require(
            fine,
            key("size"),
            "a height and a width of 1 to 4096 pixels",
        )?;
        let fine = matches!(self.channels, None | Some(1 | 3));
        require(fine, key("channels"), "1 for grey or 3 for colour")?;
        self.pixels.check("images")
    }
}

/// The six files of CIFAR-10's binary version: colour images `[3, 32, 32]` of ten classes.
///
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the files
/// are those of `cifar-10-binary.tar.gz`, unpacked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cifar10Spec {
    /// Folder with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or the one above
    /// it, which holds `cifar-10-batches-bin`.
    pub path: PathBuf,
    /// How bytes 0..=255 become numbers.
    #[serde(default)]
    pub pixels: Pixels,
    /// Use only the first so many training images.
    #[serde(default)]
    pub train_limit: Option<usize>,
    /// Use only the first so many test images.
    #[serde(default)]
    pub test_limit: Option<usize>,
}

impl Cifar10Spec {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        check_limits("cifar10", self.train_limit, self.test_limit)?;
        self.pixels.check("cifar10")
    }
}

fn check_limits(kind: &str, train: Option<usize>, test: Option<usize>) -> Result<(), Problem> {
    for (limit, field) in [(train, "train_limit"), (test, "test_limit")] {
        let key = format!("dataset.{kind}.{field}");
        require(limit != Some(0), key, "1 image or more")?;
    }
    Ok(())
}

fn require(fine: bool, key: String, reason: &str) -> Result<(), Problem> {
    match fine {
        true => Ok(()),
        false => Err(Problem::new(key, reason)),
    }
}
