//! Centres as images.

use ndarray::ArrayView2;

use crate::svg::{Svg, shares};

/// Centres drawn at most, and those in a row.
const MOST: usize = 400;
const IN_A_ROW: usize = 20;
/// Width and height of an image, and the space around it.
const SIDE: f64 = 42.0;
const GAP: f64 = 3.0;

/// A sheet of centres `[m, D]` as images of so many rows and columns, the first ones if they are
/// many: white where they are smallest, black where they are largest. Of several channels their
/// mean is shown.
pub fn picture(centers: ArrayView2<'_, f64>, [rows, columns]: [usize; 2]) -> String {
    let (pixels, all) = (rows * columns, centers.nrows());
    let shown = all.min(MOST);
    let channels = (centers.ncols() / pixels.max(1)).max(1) as f64;
    let grey = |place: usize| {
        let (center, pixel) = (centers.row(place / pixels), place % pixels);
        center.iter().skip(pixel).step_by(pixels).sum::<f64>() / channels
    };
    let shades = shares(&(0..shown * pixels).map(grey).collect::<Vec<_>>());
    let step = SIDE + GAP;
    let height = shown.div_ceil(IN_A_ROW) as f64 * step + 2.0 * step / 2.0;
    let mut svg = Svg::new(IN_A_ROW as f64 * step + GAP, height);
    let title = match shown < all {
        true => format!("the first {shown} of {all} centres"),
        false => format!("{all} centres"),
    };
    svg.text((GAP, 16.0), 13.0, &title);
    let pixel = SIDE / rows.max(columns) as f64;
    for (number, image) in shades.chunks(pixels).enumerate() {
        let (row, column) = ((number / IN_A_ROW) as f64, (number % IN_A_ROW) as f64);
        let at = (GAP + column * step, step / 2.0 + row * step);
        svg.bitmap(at, pixel, columns, image);
    }
    svg.finish()
}
