//! Where a classifier over two inputs answers which class, and its samples.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::grid::Grid;
use crate::pictures::canvas::{COLOURS, DrawResult};

/// Samples beyond these are not drawn: they would hide the regions.
const MOST_SAMPLES: usize = 200;
/// As few samples as these are drawn larger.
const FEW_SAMPLES: usize = 20;

/// A green that nobody takes for the red of the second class, not even as a pale area.
const GREEN: RGBColor = RGBColor(0, 158, 115);

/// The colour of a class.
pub fn colour(class: usize) -> RGBColor {
    match class % COLOURS.len() {
        2 => GREEN,
        other => COLOURS[other],
    }
}

/// Draws the class at each point of the grid, and the samples, over the whole of an area.
///
/// # Errors
/// When it cannot be drawn.
pub fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, grid: &Grid, classes: &[f64]) -> DrawResult {
    let (width, height) = area.dim_in_pixel();
    let (columns, rows) = grid.size;
    let right = |column: usize| (column * width as usize / columns) as i32;
    let up = |row: usize| height as i32 - (row * height as usize / rows) as i32;
    for (row, line) in classes.chunks(columns).enumerate() {
        let mut column = 0;
        for run in line.chunk_by(|a, b| a == b) {
            let end = column + run.len();
            // What is rejected is white.
            if run[0].is_nan() {
                column = end;
                continue;
            }
            let corners = [(right(column), up(row + 1)), (right(end), up(row))];
            let fill = pale(colour(run[0] as usize)).filled();
            area.draw(&Rectangle::new(corners, fill))?;
            column = end;
        }
    }
    let share = |value: f64, range: &std::ops::Range<f64>| {
        (value - range.start) / (range.end - range.start)
    };
    let radius = if grid.samples.len() > FEW_SAMPLES {
        2
    } else {
        5
    };
    for sample in grid.samples.iter().take(MOST_SAMPLES) {
        let at = (
            (share(sample.x.0, &grid.across) * f64::from(width)).round() as i32,
            ((1.0 - share(sample.x.1, &grid.up)) * f64::from(height)).round() as i32,
        );
        area.draw(&Circle::new(at, radius, colour(sample.t as usize).filled()))?;
    }
    Ok(())
}

/// The same colour on much white.
fn pale(colour: RGBColor) -> RGBColor {
    let mixed = |of: u8| (0.35 * f64::from(of) + 0.65 * 255.0).round() as u8;
    RGBColor(mixed(colour.0), mixed(colour.1), mixed(colour.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::grid::Sample;

    #[test]
    fn a_row_is_drawn_in_runs_of_one_class() {
        let sample = |x, t| Sample { x, t };
        let grid = Grid {
            across: 0.0..1.0,
            up: 0.0..1.0,
            size: (4, 2),
            samples: vec![sample((0.5, 0.5), 0.0), sample((1.0, 0.0), 2.0)],
        };
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, (40, 40)).into_drawing_area();
            let classes = [0.0, 0.0, 1.0, 0.0, 2.0, 2.0, 2.0, 2.0];
            draw(&area, &grid, &classes).unwrap();
            area.present().unwrap();
        }
        assert_eq!(text.matches("<rect").count(), 3 + 1, "{text}");
        assert_eq!(text.matches("<circle").count(), 2, "{text}");
    }
}
