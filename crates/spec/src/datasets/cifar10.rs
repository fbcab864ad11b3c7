//! `cifar10`: the colour images of CIFAR-10's binary files.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Dataset, Pixels, SetTarget};
use crate::Problem;
use crate::check::Checker;

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
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(default, skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Dataset for Cifar10Spec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.limits(self.train_limit, self.test_limit)?;
        self.pixels.check(checker)
    }
}
