//! A table of numbers as coloured cells: red above 0, blue below, the stronger the larger.

use std::error::Error;

use ndarray::Array2;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const ABOVE: RGBColor = RGBColor(200, 30, 30);
const BELOW: RGBColor = RGBColor(30, 70, 190);

/// Room for the names of rows.
const LEFT: i32 = 84;
/// Room for the title.
const TOP: i32 = 26;
/// Room for the labels of columns.
const BOTTOM: i32 = 22;
/// Width of a letter of the title, about.
const LETTER: i32 = 7;
/// Width of all cells together, about.
const WIDTH: usize = 760;

/// Cells in rows and columns.
pub struct HeatMap<'a> {
    pub title: String,
    /// Names of the rows; of many, some may be empty.
    pub rows: Vec<String>,
    /// Labels of the columns.
    pub columns: &'a [String],
    /// `[rows, columns]`
    pub values: Array2<f64>,
    /// What has the full colour.
    pub largest: f64,
    /// Height of a row in pixels.
    pub height: usize,
    /// Cells (row, column) with a frame.
    pub framed: Vec<(usize, usize)>,
    /// Columns with a line through their middle.
    pub marked: &'a [usize],
}

/// One heat map below the other, as an SVG.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(maps: &[HeatMap<'_>]) -> Result<String, Box<dyn Error>> {
    let width = maps.iter().map(HeatMap::width).max().unwrap_or(1);
    let height = maps.iter().map(HeatMap::pixels).sum::<i32>() + 10;
    let mut text = String::new();
    {
        let size = (width as u32, height as u32);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let mut top = 0;
        for map in maps {
            map.draw(top, &root)?;
            top += map.pixels();
        }
        root.present()?;
    }
    Ok(text)
}

impl HeatMap<'_> {
    /// Width of a cell.
    fn cell(&self) -> i32 {
        (WIDTH / self.columns.len().max(1)).clamp(4, 36) as i32
    }

    fn width(&self) -> i32 {
        let cells = self.cell() * self.columns.len() as i32;
        let title = self.title.chars().count() as i32 * LETTER;
        LEFT + cells.max(title).max(300) + 16
    }

    /// Height with title and labels.
    fn pixels(&self) -> i32 {
        TOP + (self.rows.len() * self.height) as i32 + BOTTOM
    }

    fn draw(
        &self,
        top: i32,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
    ) -> Result<(), Box<dyn Error>> {
        let (cell, height) = (self.cell(), self.height as i32);
        let first = top + TOP;
        let place = |row: usize, column: usize| {
            let (x, y) = (LEFT + column as i32 * cell, first + row as i32 * height);
            [(x, y), (x + cell, y + height)]
        };
        let font = |size: i32| ("sans-serif", size).into_font();
        let title = font(15).into_text_style(root);
        root.draw(&Text::new(self.title.as_str(), (LEFT, top + 7), title))?;
        for ((row, column), value) in self.values.indexed_iter() {
            let colour = colour(value / self.largest);
            root.draw(&Rectangle::new(place(row, column), colour.filled()))?;
        }
        let end = place(self.rows.len(), self.columns.len())[0];
        let around = Rectangle::new([(LEFT, first), end], BLACK.mix(0.4));
        root.draw(&around)?;
        for &(row, column) in &self.framed {
            root.draw(&Rectangle::new(place(row, column), BLACK.stroke_width(1)))?;
        }
        for &column in self.marked {
            let x = place(0, column)[0].0 + cell / 2;
            let line = PathElement::new([(x, first), (x, end.1)], BLACK.stroke_width(2));
            root.draw(&line)?;
        }
        let small = font(12).into_text_style(root);
        let beside = small.clone().pos(Pos::new(HPos::Right, VPos::Center));
        for (row, name) in self.rows.iter().enumerate().filter(|(_, n)| !n.is_empty()) {
            let y = place(row, 0)[0].1 + height / 2;
            root.draw(&Text::new(name.as_str(), (LEFT - 6, y), beside.clone()))?;
        }
        let below = small.pos(Pos::new(HPos::Center, VPos::Top));
        for (column, label) in self.columns.iter().enumerate() {
            let x = place(0, column)[0].0 + cell / 2;
            root.draw(&Text::new(label.as_str(), (x, end.1 + 4), below.clone()))?;
        }
        Ok(())
    }
}

/// White at 0, full at −1 and 1; what is no number is grey.
pub fn colour(share: f64) -> RGBColor {
    if !share.is_finite() {
        return RGBColor(160, 160, 160);
    }
    let full = if share < 0.0 { BELOW } else { ABOVE };
    let strength = share.abs().min(1.0);
    let mixed = |full: u8| (255.0 - strength * (255.0 - f64::from(full))).round() as u8;
    RGBColor(mixed(full.0), mixed(full.1), mixed(full.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn every_number_is_a_cell_in_the_colour_of_its_size() {
        assert_eq!(colour(0.0), WHITE);
        assert_eq!((colour(1.0), colour(-2.0)), (ABOVE, BELOW));
        let columns = ["a", "b"].map(String::from);
        let titled = |title: &str| {
            let map = HeatMap {
                title: title.into(),
                rows: vec!["one".into()],
                columns: &columns,
                values: array![[0.5, -1.0]],
                largest: 0.5,
                height: 12,
                framed: vec![(0, 1)],
                marked: &[1],
            };
            svg(&[map]).unwrap()
        };
        let svg = titled("cells");
        assert!(svg.contains("#C81E1E") && svg.contains("#1E46BE"), "{svg}");
        assert!(svg.starts_with("<svg width=\"400\""), "{svg}");
        // A long title is not cut off.
        let long = titled(&"long ".repeat(20));
        assert!(long.starts_with("<svg width=\"800\""), "{long}");
        for text in ["cells", "one", "\na\n", "\nb\n"] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
        assert_eq!(
            svg.matches("<polyline").count() + svg.matches("<line").count(),
            1
        );
    }
}
