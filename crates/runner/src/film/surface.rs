//! A function of two variables as a surface, seen from above at a slant.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::pictures::canvas::DrawResult;

/// How high the surface rises, as a share of the panel's width.
const RISE: f64 = 0.36;
/// How deep the square lies, as a share of the panel's width.
const DEPTH: f64 = 0.5;
/// From the lowest to the highest.
const COLOURS: [(u8, u8, u8); 5] = [
    (68, 1, 84),
    (59, 82, 139),
    (33, 145, 140),
    (94, 201, 98),
    (253, 231, 37),
];

/// Heights at the points of a grid, row by row, and the values at floor and ceiling.
pub struct Surface<'a> {
    /// `[rows · columns]`.
    pub heights: &'a [f64],
    /// Points in a row.
    pub columns: usize,
    /// What lies on the floor, and what at the ceiling; beyond them a surface is cut off.
    pub range: (f64, f64),
    /// Only each such point is drawn.
    pub every: usize,
}

impl Surface<'_> {
    /// Draws it over the whole of an area, the far quadrangles first. The first input grows to the
    /// right and the second to the left, both towards the eye.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> DrawResult {
        let (columns, rows) = (self.columns, self.heights.len() / self.columns);
        let (across, up) = ((columns - 1) / self.every, (rows - 1) / self.every);
        let width = f64::from(area.dim_in_pixel().0);
        let place = |column: usize, row: usize, height: f64| {
            let over = (column as f64 / across as f64, row as f64 / up as f64);
            Self::place(width, over, height)
        };
        let floor = [(0, 0), (across, 0), (across, up), (0, up)].map(|(c, r)| place(c, r, 0.0));
        area.draw(&Polygon::new(floor, BLACK.mix(0.08).filled()))?;
        let mut cells: Vec<_> = (0..up)
            .flat_map(|r| (0..across).map(move |c| (c, r)))
            .collect();
        cells.sort_by_key(|(column, row)| column + row);
        for (c, r) in cells {
            let corners = [(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1)];
            let heights = corners.map(|(column, row)| self.height(column, row));
            let mean = heights.iter().sum::<f64>() / 4.0;
            // Where there is no height there is a hole.
            if mean.is_nan() {
                continue;
            }
            let mut at = corners.iter().zip(heights);
            let corners: Vec<_> = at.by_ref().map(|(&(c, r), h)| place(c, r, h)).collect();
            area.draw(&Polygon::new(corners, colour(mean).filled()))?;
        }
        Ok(())
    }

    /// Where a point is that is so far along both inputs and so high, each from 0 to 1, on an area
    /// of that width.
    pub fn place(width: f64, (x, y): (f64, f64), height: f64) -> (i32, i32) {
        let right = 0.5 * width * (1.0 + x - y);
        let down = width * (RISE * (1.0 - height) + 0.5 * DEPTH * (x + y));
        (right.round() as i32, down.round() as i32)
    }

    /// Between 0 at the floor and 1 at the ceiling.
    fn height(&self, column: usize, row: usize) -> f64 {
        let (low, high) = self.range;
        let value = self.heights[self.every * (row * self.columns + column)];
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// How high an area is that is so wide.
pub fn height_of(width: u32) -> u32 {
    (f64::from(width) * (RISE + DEPTH)).ceil() as u32 + 2
}

/// Between two of the colours.
fn colour(height: f64) -> RGBColor {
    let at = height * (COLOURS.len() - 1) as f64;
    let below = (at as usize).min(COLOURS.len() - 2);
    let (a, b) = (COLOURS[below], COLOURS[below + 1]);
    let between = |a: u8, b: u8| {
        let share = at - below as f64;
        (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8
    };
    RGBColor(between(a.0, b.0), between(a.1, b.1), between(a.2, b.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quadrangle_is_drawn_over_the_floor() {
        let heights: Vec<f64> = (0..25).map(f64::from).collect();
        let drawn = |every| {
            let mut text = String::new();
            {
                let area = SVGBackend::with_string(&mut text, (100, 90)).into_drawing_area();
                let surface = Surface {
                    heights: &heights,
                    columns: 5,
                    range: (0.0, 24.0),
                    every,
                };
                surface.draw(&area).unwrap();
                area.present().unwrap();
            }
            text.matches("<polygon").count()
        };
        assert_eq!(drawn(1), 1 + 16);
        assert_eq!(drawn(2), 1 + 4);
    }

    #[test]
    fn colours_go_from_the_lowest_to_the_highest() {
        assert_eq!(colour(0.0), RGBColor(68, 1, 84));
        assert_eq!(colour(0.5), RGBColor(33, 145, 140));
        assert_eq!(colour(1.0), RGBColor(253, 231, 37));
    }
}
