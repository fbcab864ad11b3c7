//! The weights of a first layer that sees images, as an image: a tile for each unit or filter, its
//! channels averaged. Grey is 0, black and white are the largest weight to either side.

use std::io::Cursor;

use contract::NamedTensors;
use image::{GrayImage, ImageFormat, Luma};

use super::events::Image;
use crate::pictures::tiles::shape_of_images;
use crate::prepare::Prepared;

/// Tiles of an image.
const MOST: usize = 400;

/// Name and image of the first weights that act on an image; none where there are none.
pub fn image(prepared: &Prepared, weights: &NamedTensors<f64>) -> Option<(String, Image)> {
    let Prepared::Network(network) = prepared else {
        return None;
    };
    let [channels, rows, columns] = shape_of_images(&network.dataset)?;
    let mut layers = network.plan.iter();
    let first = layers.find(|layer| !layer.parameters.is_empty())?;
    let name = &first.parameters.iter().find(|of| of.shape.len() > 1)?.name;
    let tensor = weights.get(name)?;
    let (channels, size) = match *tensor.shape() {
        [_, channels, height, width] => (channels, [height, width]),
        [_, inputs] if inputs == channels * rows * columns => (channels, [rows, columns]),
        _ => return None,
    };
    let values: Vec<f64> = tensor.iter().copied().collect();
    let image = sheet(&values, channels, size)?;
    Some((name.clone(), image))
}

/// Tiles `[C, H, W]` beside and below each other, a pixel between them.
fn sheet(values: &[f64], channels: usize, [height, width]: [usize; 2]) -> Option<Image> {
    let area = height * width;
    let tiles = values.chunks_exact(channels * area).take(MOST);
    let mean = |tile: &[f64], at: usize| {
        let of_channels = tile[at..].iter().step_by(area);
        of_channels.sum::<f64>() / channels as f64
    };
    let means = tiles.map(|tile| (0..area).map(|at| mean(tile, at)).collect::<Vec<_>>());
    let means: Vec<Vec<f64>> = means.collect();
    let largest = means
        .iter()
        .flatten()
        .fold(0.0, |most: f64, v| most.max(v.abs()));
    if !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    let across = (means.len() as f64).sqrt().ceil() as usize;
    let down = means.len().div_ceil(across);
    let size = |tiles: usize, side: usize| (tiles * (side + 1) - 1) as u32;
    let mut picture = GrayImage::new(size(across, width), size(down, height));
    for (place, tile) in means.iter().enumerate() {
        let (left, top) = (place % across * (width + 1), place / across * (height + 1));
        for (at, value) in tile.iter().enumerate() {
            let shade = 127.5 * (1.0 + value / largest);
            let (x, y) = (left + at % width, top + at / width);
            picture.put_pixel(x as u32, y as u32, Luma([shade.round() as u8]));
        }
    }
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(Image {
        width: picture.width() as usize,
        height: picture.height() as usize,
        png: png.into_inner(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_filters_of_two_channels_are_a_sheet_of_two_by_two() {
        // Each filter is one number in both channels: -1, 0, 1.
        let values: Vec<f64> = [-1.0, 0.0, 1.0].iter().flat_map(|v| [*v; 12]).collect();
        let image = sheet(&values, 2, [2, 3]).unwrap();
        assert_eq!((image.width, image.height), (7, 5));
        let pixels = image::load_from_memory(&image.png).unwrap().to_luma8();
        let shade = |x, y| pixels.get_pixel(x, y).0[0];
        assert_eq!([shade(0, 0), shade(4, 0), shade(0, 3)], [0, 128, 255]);
        assert_eq!(shade(3, 0), 0, "between the tiles");
    }

    #[test]
    fn weights_of_nothing_are_no_image() {
        assert!(sheet(&[0.0; 4], 1, [2, 2]).is_none());
        assert!(sheet(&[f64::NAN, f64::INFINITY], 1, [1, 2]).is_none());
    }
}
