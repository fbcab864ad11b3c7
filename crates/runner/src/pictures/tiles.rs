//! Sheets of small images with a few words below each, and how numbers become pixels.

use datasets::Dataset;
use learners::svg::{Svg, image_shape};
use ndarray::ArrayView1;

use super::heat;

/// Height of a line of words, and the size of its letters.
const LINE: f64 = 14.0;
const LETTERS: f64 = 12.0;
/// How wide a letter is at most, about.
const LETTER: f64 = 6.8;
const GAP: f64 = 10.0;
/// Height of the title.
const TITLE: f64 = 34.0;
/// Shades of grey, and of each primary colour: fewer make smaller files, more nobody tells apart.
const GREYS: f64 = 24.0;
const PRIMARIES: f64 = 12.0;
/// Steps of a colour to either side of 0.
const STEPS: f64 = 16.0;

/// An image with words below it.
pub struct Tile {
    /// Pixels in a row.
    pub columns: usize,
    /// Row by row.
    pub colours: Vec<[u8; 3]>,
    /// Below it.
    pub lines: Vec<String>,
}

/// Images in rows.
pub struct Sheet {
    /// Above them.
    pub title: String,
    /// The images.
    pub tiles: Vec<Tile>,
    /// How many stand in a row.
    pub in_a_row: usize,
    /// The longer side of an image, in pixels of the picture.
    pub side: f64,
}

impl Sheet {
    /// The picture.
    pub fn svg(&self) -> String {
        let lines = self.tiles.iter().map(|tile| tile.lines.len()).max();
        let words = self.tiles.iter().flat_map(|tile| &tile.lines);
        let letters = words.map(|words| words.chars().count()).max();
        let (width, height) = (
            self.side.max(LETTER * letters.unwrap_or(0) as f64) + GAP,
            self.side + LINE * lines.unwrap_or(0) as f64 + GAP,
        );
        let (across, down) = (
            self.in_a_row.min(self.tiles.len()),
            self.tiles.len().div_ceil(self.in_a_row),
        );
        let title = 2.0 * GAP + 8.0 * self.title.chars().count() as f64;
        let size = (GAP + across as f64 * width).max(title);
        let mut svg = Svg::new(size, TITLE + down as f64 * height);
        svg.text((GAP, 22.0), 15.0, &self.title);
        for (number, tile) in self.tiles.iter().enumerate() {
            let (row, column) = (number / self.in_a_row, number % self.in_a_row);
            let (x, y) = (GAP + column as f64 * width, TITLE + row as f64 * height);
            let rows = tile.colours.len() / tile.columns.max(1);
            let pixel = self.side / rows.max(tile.columns).max(1) as f64;
            svg.image((x, y), pixel, tile.columns, &tile.colours);
            let (wide, high) = (pixel * tile.columns as f64, pixel * rows as f64);
            svg.frame(x, y, wide, high, "#c8c8c8");
            for (line, words) in tile.lines.iter().enumerate() {
                let below = y + self.side + LINE * (line + 1) as f64;
                svg.text((x, below), LETTERS, words);
            }
        }
        svg.finish()
    }
}

/// Channels, rows and columns of samples that are images.
pub fn shape_of_images(dataset: &Dataset) -> Option<[usize; 3]> {
    match dataset.sample_shape[..] {
        [channels, rows, columns] => Some([channels, rows, columns]),
        [_] => image_shape(&dataset.feature_names).map(|[rows, columns]| [1, rows, columns]),
        _ => None,
    }
}

/// The least and the largest finite number.
pub fn range<'a>(values: impl IntoIterator<Item = &'a f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(*value), high.max(*value))
    })
}

/// An image `[C, H, W]` in its own colours where it has three channels; otherwise its mean over the
/// channels in greys, dark where it is large, as on paper.
pub fn colours(
    image: ArrayView1<f64>,
    [channels, rows, columns]: [usize; 3],
    (low, high): (f64, f64),
) -> Vec<[u8; 3]> {
    let pixels = rows * columns;
    let share = |value: f64| match high > low && value.is_finite() {
        true => ((value - low) / (high - low)).clamp(0.0, 1.0),
        false => 0.0,
    };
    let level = |share: f64, levels: f64| ((share * levels).round() / levels * 255.0).round() as u8;
    let pixel = |pixel: usize| match channels {
        3 => [0, 1, 2].map(|channel| level(share(image[channel * pixels + pixel]), PRIMARIES)),
        _ => {
            let all = (0..channels).map(|channel| image[channel * pixels + pixel]);
            [255 - level(share(all.sum::<f64>() / channels as f64), GREYS); 3]
        }
    };
    (0..pixels).map(pixel).collect()
}

/// Numbers around 0 in two colours, full at the largest magnitude.
pub fn around_zero<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Vec<[u8; 3]> {
    let finite = values.clone().filter(|value| value.is_finite());
    let largest = finite.fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let step = |value: &f64| match largest > 0.0 {
        true => (value / largest * STEPS).round() / STEPS,
        false => 0.0,
    };
    let pixel = |value: &f64| {
        let colour = heat::colour(step(value));
        [colour.0, colour.1, colour.2]
    };
    values.map(pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn numbers_become_pixels() {
        let grey = colours(
            array![0.0, 1.0, f64::NAN, 0.5].view(),
            [1, 2, 2],
            (0.0, 1.0),
        );
        assert_eq!(grey, [[255; 3], [0; 3], [255; 3], [127; 3]]);
        let colour = colours(array![1.0, 0.0, 0.0].view(), [3, 1, 1], (0.0, 1.0));
        assert_eq!(colour, [[255, 0, 0]]);
        let two = colours(array![1.0, 0.0].view(), [2, 1, 1], (0.0, 1.0));
        assert_eq!(two, [[127; 3]], "the mean of two channels");
        assert_eq!(around_zero([0.0, 0.0].iter()), [[255; 3]; 2]);
        let signs = around_zero([2.0, -2.0, 0.0, f64::INFINITY].iter());
        assert_eq!(signs[2], [255; 3]);
        assert!(signs[0][0] > signs[0][2] && signs[1][2] > signs[1][0]);
        assert_eq!(range(&[1.0, f64::NAN, -3.0]), (-3.0, 1.0));
    }

    #[test]
    fn a_sheet_has_a_frame_for_each_image_and_its_words() {
        let tile = |words: &str| Tile {
            columns: 2,
            colours: vec![[0; 3]; 4],
            lines: vec![words.into()],
        };
        let sheet = Sheet {
            title: "two".into(),
            tiles: vec![tile("left"), tile("right")],
            in_a_row: 1,
            side: 20.0,
        };
        let svg = sheet.svg();
        assert_eq!(svg.matches(r##"stroke="#c8c8c8""##).count(), 2);
        assert!(svg.contains(">left<") && svg.contains(">right<"), "{svg}");
    }
}
