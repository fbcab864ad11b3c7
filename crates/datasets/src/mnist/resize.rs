//! Images made smaller or larger by bilinear interpolation.
//!
//! A pixel is a square and its value stands at its centre. Pixel `$i$` of `$m$` new ones lies at
//! `$u = (i + 1/2)\, n / m - 1/2$` among the `$n$` old ones, and takes from both neighbours by
//! their distance, down and across alike:
//!
//! ```math
//! y_i = (1 - f)\, x_{\lfloor u \rfloor} + f\, x_{\lfloor u \rfloor + 1}, \qquad
//!   f = u - \lfloor u \rfloor
//! ```
//!
//! Beyond the border the outermost pixel counts on. Nothing is smoothed before: it is the plain
//! interpolation that PyTorch calls `bilinear`. The result is rounded to a byte.

use rayon::prelude::*;
use spec::model::Pair;

use super::SIZE;
use crate::error::DataError;
use crate::image_part::{ImagePart, MOST_BYTES};

/// The two old pixels that a new one lies between, and the share of the second.
type Between = (usize, usize, f32);

/// Gives every image this size.
pub(super) fn resize(images: &mut ImagePart, size: Pair) -> Result<(), DataError> {
    let [channels, height, width] = images.shape;
    let count = images.labels.len();
    let all = count * channels * size.height * size.width;
    if all > MOST_BYTES {
        let problem = format!("{count} images do not fit into memory with it");
        return Err(DataError::setting(SIZE, problem, "set fewer pixels"));
    }
    let (rows, columns) = (between(height, size.height), between(width, size.width));
    let mut resized = vec![0; all];
    let old = images.pixels.par_chunks_exact(height * width);
    let new = resized.par_chunks_exact_mut(rows.len() * columns.len());
    new.zip(old).for_each(|(new, old)| {
        let mut new = new.iter_mut();
        for &(top, bottom, down) in &rows {
            let [top, bottom] = [top, bottom].map(|row| &old[row * width..][..width]);
            for &(left, right, across) in &columns {
                let line = |line: &[u8]| {
                    let [left, right] = [left, right].map(|column| f32::from(line[column]));
                    left + across * (right - left)
                };
                let (top, bottom) = (line(top), line(bottom));
                if let Some(pixel) = new.next() {
                    *pixel = (top + down * (bottom - top)).round() as u8;
                }
            }
        }
    });
    images.pixels = resized;
    images.shape = [channels, rows.len(), columns.len()];
    Ok(())
}

/// Where each of `new` pixels lies among `old` ones.
fn between(old: usize, new: usize) -> Vec<Between> {
    let place = |pixel: usize| {
        let at = (pixel as f32 + 0.5) * old as f32 / new as f32 - 0.5;
        let at = at.max(0.0);
        let first = (at as usize).min(old - 1);
        (first, (first + 1).min(old - 1), at - first as f32)
    };
    (0..new).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(pixels: Vec<u8>, shape: [usize; 3], size: [usize; 2]) -> Vec<u8> {
        let mut images = ImagePart {
            labels: vec![0; pixels.len() / (shape[1] * shape[2])],
            pixels,
            shape,
            source: "a".into(),
        };
        resize(&mut images, size.into()).unwrap();
        assert_eq!(images.shape, [1, size[0], size[1]]);
        images.pixels
    }

    #[test]
    fn half_the_size_is_the_mean_of_four() {
        let image = vec![10, 20, 0, 0, 30, 40, 0, 100];
        assert_eq!(resized(image, [1, 2, 4], [1, 2]), [25, 25]);
    }

    /// u = -.25, .25, .75, 1.25 for each side.
    #[test]
    fn twice_the_size_by_hand() {
        assert_eq!(resized(vec![0, 80], [1, 1, 2], [1, 4]), [0, 20, 60, 80]);
        let square = resized(vec![0, 80, 80, 160], [1, 2, 2], [4, 4]);
        let by_hand = [
            [0, 20, 60, 80],
            [20, 40, 80, 100],
            [60, 80, 120, 140],
            [80, 100, 140, 160],
        ];
        assert_eq!(square, by_hand.concat());
    }

    #[test]
    fn each_image_is_resized_by_itself_and_the_same_size_changes_nothing() {
        let two = vec![1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(resized(two.clone(), [1, 2, 2], [2, 2]), two);
        assert_eq!(resized(two, [1, 2, 2], [1, 1]), [3, 7]);
    }
}
