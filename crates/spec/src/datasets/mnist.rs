//! `mnist`: images and labels in the IDX format.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Dataset, Pixels, SetTarget};
use crate::Problem;
use crate::check::Checker;
use crate::pair::Pair;

/// Four IDX files: training and test images and labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MnistSpec {
    /// Folder with the four files, raw or gzip; none: the MNIST that ships with the workspace.
    /// `train-images.idx3-ubyte`, as Kaggle ships it, is found as well as
    /// `train-images-idx3-ubyte`.
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
    /// Height and width that every image is resized to by bilinear interpolation, before padding;
    /// none: as they are. 16 for the images of LeCun et al. 1989.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Pair>,
    /// Pixels of background put around each image: 2 makes 32 x 32 of 28 x 28.
    pub pad: usize,
    /// Whether slanted images are set upright, by the second moments of their ink.
    pub deskew: bool,
    /// Whether an image is a sequence `[H, W]` of its rows, from the top to the bottom.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rows: bool,
    /// Use only the first so many training images.
    pub train_limit: Option<usize>,
    /// Use only the first so many test images.
    pub test_limit: Option<usize>,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Dataset for MnistSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.require("classes", self.classes != Some(0), "1 class or more")?;
        checker.limits(self.train_limit, self.test_limit)?;
        let sides = self.size.unwrap_or(Pair::one());
        let fine = |side: usize| (1..=4096).contains(&side);
        let expected = "a height and a width of 1 to 4096 pixels";
        let fine = fine(sides.height) && fine(sides.width);
        checker.require("size", fine, expected)?;
        let pad = "at most 1000 pixels on each side";
        checker.require("pad", self.pad <= 1000, pad)?;
        self.pixels.check(checker)
    }
}
