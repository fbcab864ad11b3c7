//! The training or the test part: an IDX file of images and one of their labels.

use rayon::prelude::*;

use super::PAD;
use crate::error::DataError;
use crate::files::Located;
use crate::idx::Idx;
use crate::image_part::{ImagePart, MOST_BYTES};

/// The form of labels.
const LABELS: &str = "1 dimension [labels]";

/// Images with their labels.
pub(super) struct Part {
    pub images: ImagePart,
    pub labels_file: String,
}

impl Part {
    /// Joins images and labels, if they belong together.
    pub fn check(images: (Idx, &Located), labels: (Idx, &Located)) -> Result<Self, DataError> {
        let (images, images_file) = images;
        let (labels, labels_file) = labels;
        let &[count, height, width] = images.shape.as_slice() else {
            let expected = "3 dimensions [images, height, width]";
            return Err(wrong_rank(&images, images_file, expected));
        };
        let &[labelled] = labels.shape.as_slice() else {
            return Err(wrong_rank(&labels, labels_file, LABELS));
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
        let images = ImagePart {
            pixels: images.data,
            labels: labels.data.into_iter().map(usize::from).collect(),
            shape: [1, height, width],
            source: images_file.name.clone(),
        };
        Ok(Self {
            images,
            labels_file: labels_file.name.clone(),
        })
    }

    /// Exchanges rows and columns of each image: `[H, W]` becomes `[W, H]`.
    pub fn transpose(&mut self) {
        let [channels, height, width] = self.images.shape;
        let mut transposed = vec![0; self.images.pixels.len()];
        transposed
            .par_chunks_exact_mut(height * width)
            .zip(self.images.pixels.par_chunks_exact(height * width))
            .for_each(|(transposed, image)| {
                for (column, line) in transposed.chunks_exact_mut(height).enumerate() {
                    for (pixel, row) in line.iter_mut().zip(image.chunks_exact(width)) {
                        *pixel = row[column];
                    }
                }
            });
        self.images.pixels = transposed;
        self.images.shape = [channels, width, height];
    }

    /// Puts `border` pixels of byte 0 around each image.
    pub fn pad(&mut self, border: usize) -> Result<(), DataError> {
        if border == 0 {
            return Ok(());
        }
        let [channels, old_height, old_width] = self.images.shape;
        let count = self.images.labels.len();
        let grown = |side: usize| border.checked_mul(2)?.checked_add(side);
        let sides = grown(old_height).zip(grown(old_width));
        let fits = sides.and_then(|(height, width)| {
            let all = height.checked_mul(width)?.checked_mul(count)?;
            (all <= MOST_BYTES).then_some((height, width, all))
        });
        let Some((height, width, all)) = fits else {
            let problem = format!("{count} images do not fit into memory with it");
            return Err(DataError::setting(PAD, problem, "set fewer pixels"));
        };
        let mut padded = vec![0; all];
        padded
            .par_chunks_exact_mut(height * width)
            .zip(self.images.pixels.par_chunks_exact(old_height * old_width))
            .for_each(|(padded, image)| {
                let inside = padded.chunks_exact_mut(width).skip(border);
                for (padded, line) in inside.zip(image.chunks_exact(old_width)) {
                    padded[border..border + old_width].copy_from_slice(line);
                }
            });
        self.images.pixels = padded;
        self.images.shape = [channels, height, width];
        Ok(())
    }
}

/// An array that has too few or too many dimensions to be images, or labels.
fn wrong_rank(idx: &Idx, file: &Located, expected: &str) -> DataError {
    let remedy = match (idx.shape.len(), expected) {
        (2, LABELS) => {
            "write one label for each image, the number of its class, and check that images and \
             labels were not exchanged"
        }
        (4, _) => {
            "images in colour are read by [dataset.images] and [dataset.cifar10]; for \
             [dataset.mnist] write one grey channel"
        }
        _ => "check that images and labels were not exchanged",
    };
    let plural = if idx.shape.len() == 1 { "" } else { "s" };
    DataError::Content {
        file: file.name.clone(),
        place: "byte 3".into(),
        found: format!("{} dimension{plural} {:?}", idx.shape.len(), idx.shape),
        expected: expected.into(),
        remedy: remedy.into(),
    }
}
