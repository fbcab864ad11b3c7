//! The weights as the paper draws them: a box for each unit, and in it, at the place of each other
//! unit, a square for the weight between the two; at its own place the bias. White is positive,
//! black negative, the area is the size.

use std::fmt::Write;

use super::Boltzmann;

/// Pixels of a square of the largest weight, with its margin.
const CELL: usize = 14;
/// Pixels between boxes, and around all of them.
const GAP: usize = 10;

impl Boltzmann {
    /// The weights as an SVG picture: hidden units in a row above the visible ones.
    pub fn picture(&self) -> String {
        let places = self.places();
        let size = |axis: usize| {
            places
                .iter()
                .map(|place| place[axis] + 1)
                .max()
                .unwrap_or(1)
        };
        let (columns, rows) = (size(0), size(1));
        let (box_width, box_height) = (columns * CELL, rows * CELL);
        let width = columns * (box_width + GAP) + GAP;
        let height = rows * (box_height + GAP) + GAP;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n\
             <title>Weights of a Boltzmann machine: a box for each unit, in it the weights to the \
             others at their places; white is positive</title>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        );
        let largest = self.largest();
        for (unit, [column, row]) in places.iter().enumerate() {
            let (left, top) = (
                GAP + column * (box_width + GAP),
                GAP + row * (box_height + GAP),
            );
            // Writing into a string cannot fail.
            let _ = writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{box_width}\" height=\"{box_height}\" \
                 rx=\"2\" fill=\"#9aa5b1\"/>"
            );
            for (other, place) in places.iter().enumerate() {
                let weight = self.weight(unit, other);
                let side = (weight.abs() / largest).sqrt() * (CELL - 2) as f64;
                if side < 0.05 {
                    continue;
                }
                let middle = |from: usize, cells: usize| {
                    (from + cells * CELL + CELL / 2) as f64 - side / 2.0
                };
                let (x, y) = (middle(left, place[0]), middle(top, place[1]));
                let fill = if weight > 0.0 { "#ffffff" } else { "#111111" };
                let _ = writeln!(
                    svg,
                    "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{side:.2}\" height=\"{side:.2}\" \
                     fill=\"{fill}\"/>"
                );
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// Column and row of each unit: hidden ones above, the groups of visible ones below.
    fn places(&self) -> Vec<[usize; 2]> {
        let (visible, hidden) = (self.machine.visible, self.machine.hidden());
        let columns = visible.div_ceil(2).max(hidden);
        let place = |unit: usize| match unit {
            unit if unit >= visible => [(columns - hidden) / 2 + unit - visible, 0],
            unit => [unit % visible.div_ceil(2), 1 + unit / visible.div_ceil(2)],
        };
        (0..self.machine.units()).map(place).collect()
    }

    /// The weight between two units; of one unit its bias.
    fn weight(&self, unit: usize, other: usize) -> f64 {
        match unit == other {
            true => self.machine.b[unit],
            false => self.machine.w[[unit, other]],
        }
    }

    /// The size of the largest of them.
    fn largest(&self) -> f64 {
        let all = self.machine.w.iter().chain(&self.machine.b);
        all.fold(f64::MIN_POSITIVE, |largest, w| largest.max(w.abs()))
    }
}
