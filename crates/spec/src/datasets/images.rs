//! `images`: PNG or JPEG pictures, in a folder for each class.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Dataset, Pixels, SetTarget, Split};
use crate::Problem;
use crate::check::Checker;

/// Sides of a picture at most.
const MOST_PIXELS: usize = 4096;

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
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(default, skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Dataset for ImagesSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let sides = self.size.unwrap_or([1, 1]);
        let fine = sides.iter().all(|side| (1..=MOST_PIXELS).contains(side));
        let expected = "a height and a width of 1 to 4096 pixels";
        checker.require("size", fine, expected)?;
        let fine = matches!(self.channels, None | Some(1 | 3));
        checker.require("channels", fine, "1 for grey or 3 for colour")?;
        self.pixels.check(checker)?;
        match &self.split {
            None => Ok(()),
            Some(split) => split.check(checker),
        }
    }
}
