//! Images as bytes: what every loader of images needs to make a data set of them.

use spec::datasets::Pixels;

use crate::dataset::{About, Dataset, Parts, Target};
use crate::error::DataError;
use crate::files::Source;
use crate::samples::{Features, Samples, Targets};

/// Bytes of the images of a part at most.
pub(crate) const MOST_BYTES: usize = 1 << 33;

/// The images of a part with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImagePart {
    /// `[N, C, H, W]`
    pub pixels: Vec<u8>,
    /// `[N]`
    pub labels: Vec<usize>,
    /// C, H and W.
    pub shape: [usize; 3],
    /// The file or folder they are from.
    pub source: String,
}

impl ImagePart {
    /// Keeps the first `limit` images; says so.
    pub fn limit(
        &mut self,
        limit: Option<usize>,
        key: &'static str,
    ) -> Result<Option<String>, DataError> {
        match limit {
            Some(0) => Err(DataError::setting(key, "0 images", "set at least 1")),
            Some(limit) if limit < self.labels.len() => {
                let all = self.labels.len();
                self.labels.truncate(limit);
                self.pixels.truncate(limit * self.width());
                let source = &self.source;
                Ok(Some(format!(
                    "the first {limit} of {all} images of {source}"
                )))
            }
            _ => Ok(None),
        }
    }

    /// These images, in this order.
    pub fn select(&self, rows: &[usize]) -> Self {
        let width = self.width();
        let image = |&row: &usize| &self.pixels[row * width..(row + 1) * width];
        Self {
            pixels: rows.iter().flat_map(image).copied().collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            shape: self.shape,
            source: self.source.clone(),
        }
    }

    /// Each pixel becomes 255 from 128 on, else 0.
    fn threshold(&mut self) {
        for pixel in &mut self.pixels {
            *pixel = if *pixel < 128 { 0 } else { 255 };
        }
    }

    /// Pixels of an image, those of all channels.
    fn width(&self) -> usize {
        self.shape.iter().product()
    }

    /// Samples prepared as those that were learned from.
    ///
    /// # Panics
    ///
    /// When those are no images.
    pub fn into_samples_like(mut self, learned: &Samples, pixels: Pixels) -> Samples {
        let Features::Bytes { scale, offset, .. } = *learned.features() else {
            panic!("images are bytes");
        };
        if pixels == Pixels::Binary {
            self.threshold();
        }
        self.samples(scale, offset)
    }

    /// Light becomes dark, and dark light.
    pub fn invert(&mut self) {
        for pixel in &mut self.pixels {
            *pixel = 255 - *pixel;
        }
    }

    /// Images `[N, C * H * W]`, still bytes, with their labels.
    fn samples(self, scale: f64, offset: f64) -> Samples {
        let features = Features::Bytes {
            width: self.width(),
            bytes: self.pixels,
            scale,
            offset,
        };
        Samples::new(features, Targets::Classes(self.labels))
    }
}

/// What a set of images is called, its classes, where it is from, and what was done so far.
pub(crate) struct ImageSet {
    pub name: String,
    pub classes: Vec<String>,
    pub sources: Vec<Source>,
    pub notes: Vec<String>,
}

/// The data set: the map of pixels is chosen by what `train` holds now.
pub(crate) fn assemble(
    train: ImagePart,
    test: Option<ImagePart>,
    pixels: Pixels,
    set: ImageSet,
) -> Dataset {
    let (mut train, mut test) = (train, test);
    if pixels == Pixels::Binary {
        train.threshold();
        test.iter_mut().for_each(ImagePart::threshold);
    }
    let (scale, offset) = pixel_map(pixels, &train.pixels);
    let mut notes = set.notes;
    notes.push(describe(pixels, scale, offset));
    let about = About {
        name: set.name,
        sample_shape: train.shape.to_vec(),
        feature_names: Vec::new(),
        target: Target::Classes { names: set.classes },
        sources: set.sources,
        notes,
    };
    let parts = Parts {
        train: train.samples(scale, offset),
        test: test.map(|test| test.samples(scale, offset)),
    };
    Dataset::assemble(parts, about)
}

/// (scale, offset) of x = byte · scale + offset.
fn pixel_map(pixels: Pixels, training: &[u8]) -> (f64, f64) {
    match pixels {
        Pixels::Unit | Pixels::Binary => (1.0 / 255.0, 0.0),
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
        Pixels::Binary => "pixels: 1 from byte 128 on, else 0".into(),
        Pixels::Signed => "pixels: 2 byte / 255 - 1".into(),
        Pixels::Range([low, high]) => format!("pixels: 0 becomes {low}, 255 becomes {high}"),
        Pixels::Standardize => {
            format!("pixels: byte * {scale:.6} + {offset:.6} (mean 0, deviation 1 in training)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_images_keep_their_labels_and_their_order() {
        let part = ImagePart {
            pixels: vec![1, 2, 3, 4, 5, 6],
            labels: vec![0, 1, 2],
            shape: [2, 1, 1],
            source: "a".into(),
        };
        let chosen = part.select(&[2, 0]);
        assert_eq!(
            (chosen.pixels, chosen.labels),
            (vec![5, 6, 1, 2], vec![2, 0])
        );
    }

    #[test]
    fn a_binary_pixel_is_one_from_one_half_on() {
        let mut part = ImagePart {
            pixels: vec![0, 127, 128, 255],
            labels: vec![0],
            shape: [1, 2, 2],
            source: "a".into(),
        };
        part.threshold();
        assert_eq!(part.pixels, [0, 0, 255, 255]);
    }
}
