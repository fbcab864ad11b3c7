//! Slanted images set upright.
//!
//! Of an image with ink `$I(x, y)$` (column and row) the moments are
//!
//! ```math
//! \bar y = \frac{\sum I y}{\sum I}, \qquad
//! \alpha = \frac{\mathrm{cov}(x, y)}{\mathrm{var}(y)}
//!        = \frac{\sum I (x - \bar x)(y - \bar y)}{\sum I (y - \bar y)^2}
//! ```
//!
//! and the upright image is `$I'(x, y) = I(x + \alpha (y - \bar y), y)$`: each line is moved so
//! that the axis of the ink stands upright and its centre of mass stays. Between two pixels the
//! value is linear, outside of the image it is 0, and the result is rounded to a byte. Source:
//! LeCun et al. 1998, section III.A, which counts pixels of ink where here each counts by its grey.

use rayon::prelude::*;

/// Sets images `[N, H, W]` upright, each by itself.
pub(super) fn deskew(pixels: &mut [u8], height: usize, width: usize) {
    pixels
        .par_chunks_exact_mut(height * width)
        .for_each_init(Vec::new, |line, image| upright(image, width, line));
}

/// One image `[H, W]`; `copy` is room for a line.
fn upright(image: &mut [u8], width: usize, copy: &mut Vec<u8>) {
    let Some((slant, centre)) = slant(image, width) else {
        return;
    };
    for (row, line) in image.chunks_exact_mut(width).enumerate() {
        let shift = slant * (row as f64 - centre);
        let (whole, share) = (shift.floor(), shift - shift.floor());
        copy.clear();
        copy.extend_from_slice(line);
        let ink = |column: i64| {
            let column = usize::try_from(column).ok();
            column
                .and_then(|c| copy.get(c))
                .map_or(0.0, |&ink| f64::from(ink))
        };
        for (column, pixel) in line.iter_mut().enumerate() {
            let left = column as i64 + whole as i64;
            let (a, b) = (ink(left), ink(left + 1));
            // Never negative, so half a grey more and cut off is rounded.
            *pixel = (a + share * (b - a) + 0.5) as u8;
        }
    }
}

/// α and ȳ; none for an image without ink or with all of it in one line. The sums are whole
/// numbers, so nothing is lost to rounding: with S = Σ I, α = (S Σ I x y − Σ I x Σ I y) /
/// (S Σ I y² − (Σ I y)²).
fn slant(image: &[u8], width: usize) -> Option<(f64, f64)> {
    let [mut sum, mut sum_x, mut sum_y, mut sum_xy, mut sum_yy] = [0_i128; 5];
    for (y, line) in (0_i128..).zip(image.chunks_exact(width)) {
        let ink = line.iter().map(|&ink| i64::from(ink));
        let moment = ink.clone().zip(0..).map(|(ink, x)| ink * x);
        let (ink, moment) = (
            i128::from(ink.sum::<i64>()),
            i128::from(moment.sum::<i64>()),
        );
        sum += ink;
        sum_x += moment;
        sum_y += ink * y;
        sum_xy += moment * y;
        sum_yy += ink * y * y;
    }
    let variance = sum * sum_yy - sum_y * sum_y;
    let covariance = sum * sum_xy - sum_x * sum_y;
    (variance > 0).then(|| {
        (
            covariance as f64 / variance as f64,
            sum_y as f64 / sum as f64,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slanted_line_becomes_upright_and_keeps_its_centre() {
        let mut image = [
            0, 0, 0, 9, 0, //
            0, 0, 9, 0, 0, //
            0, 9, 0, 0, 0,
        ];
        deskew(&mut image, 3, 5);
        let upright = [
            0, 0, 9, 0, 0, //
            0, 0, 9, 0, 0, //
            0, 0, 9, 0, 0,
        ];
        assert_eq!(image, upright);
    }

    #[test]
    fn a_shear_by_a_part_of_a_pixel_by_hand() {
        // Ink at (1, 0) and, twice as much, at (2, 2): mean of y 4/3, slant 1/2. Line 0 is read
        // 2/3 further left, line 2 1/3 further right.
        let mut image = [
            0, 90, 0, 0, //
            0, 0, 0, 0, //
            0, 0, 180, 0,
        ];
        deskew(&mut image, 3, 4);
        let by_hand = [
            0, 30, 60, 0, //
            0, 0, 0, 0, //
            0, 60, 120, 0,
        ];
        assert_eq!(image, by_hand);
    }

    #[test]
    fn upright_empty_and_flat_images_stay_as_they_are() {
        let images = [
            [0, 7, 0, 0, 7, 0, 0, 7, 0],
            [0; 9],
            [0, 0, 0, 5, 6, 7, 0, 0, 0],
            [255; 9],
        ];
        let mut pixels = images.concat();
        deskew(&mut pixels, 3, 3);
        assert_eq!(pixels, images.concat());
    }

    #[test]
    fn what_is_left_of_the_slant_of_an_image_is_small() {
        // A thick bar with a slant of 0.4, grey at its edges.
        let mut image: Vec<u8> = (0..28 * 28)
            .map(|at| {
                let (row, column) = ((at / 28) as f64, (at % 28) as f64);
                let distance = (column - 13.5 - 0.4 * (row - 13.5)).abs();
                ((3.0 - distance).clamp(0.0, 1.0) * 255.0) as u8
            })
            .collect();
        let before = slant(&image, 28).unwrap().0;
        deskew(&mut image, 28, 28);
        let after = slant(&image, 28).unwrap().0;
        assert!(
            (before - 0.4).abs() < 0.01 && after.abs() < 0.002,
            "{before} {after}"
        );
    }
}
