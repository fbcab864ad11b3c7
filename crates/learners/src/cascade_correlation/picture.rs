//! Pictures of a network that grew: what it answers in the plane after each unit, and its weights
//! as the staircase of the report.

use std::fmt::Write;

use ndarray::{Array2, ArrayView1};

use super::network::outputs;
use super::{CascadeCorrelation, Turn};
use crate::Data;

/// Points of the plane across a panel.
const GRID: usize = 72;
/// Pixels across a panel, and between panels.
const PANEL: f64 = 180.0;
const GAP: f64 = 14.0;
/// Panels in a row.
const ACROSS: usize = 5;
/// Shades from class 0 to class 1.
const SHADES: [&str; 7] = [
    "#2f6fb7", "#7fa8d6", "#c8d9ee", "#f4f4f4", "#f6cfc8", "#e98d7d", "#d8412f",
];
/// Class 0 (or a weight below 0), class 1 (or above).
const COLORS: [&str; 2] = ["#005ab5", "#dc3220"];
/// Pixels from line to line of the staircase.
const STEP: f64 = 26.0;
/// Room for the names of inputs.
const NAMES: f64 = 90.0;
/// More inputs than this are not drawn.
const MOST_INPUTS: usize = 40;

impl CascadeCorrelation {
    /// An SVG with a panel for each number of hidden units: the output over the plane, the samples
    /// as points, and how many are wrong. None where the samples are no points of a plane, or the
    /// classes more than two.
    pub fn film(&self, data: &Data) -> Option<String> {
        if data.x.ncols() != 2 || data.t.ncols() != 1 {
            return None;
        }
        let plane = Plane::around(data);
        let values = self.network.values(plane.grid().view());
        let rows = self.turns.len().div_ceil(ACROSS);
        let across = self.turns.len().min(ACROSS);
        let title = PANEL / 10.0;
        let size = |panels: usize, each: f64| GAP + panels as f64 * (each + GAP);
        let mut svg = open(size(across, PANEL), size(rows, PANEL + title));
        for (units, turn) in self.turns.iter().enumerate() {
            let x = GAP + (units % ACROSS) as f64 * (PANEL + GAP);
            let y = GAP + (units / ACROSS) as f64 * (PANEL + title + GAP);
            let y_of_grid = outputs(turn.output.view(), values.view());
            line(
                &mut svg,
                format_args!(r#"<g transform="translate({x} {y})">"#),
            );
            caption(&mut svg, units, turn);
            line(
                &mut svg,
                format_args!(r#"<g transform="translate(0 {title})">"#),
            );
            surface(&mut svg, y_of_grid.row(0));
            plane.points(&mut svg, data);
            svg.push_str("</g>\n</g>\n");
        }
        Some(svg + "</svg>\n")
    }

    /// An SVG of the weights as the report draws the architecture: each signal is a line from left
    /// to right, each unit sums what crosses its line from above. A square is a frozen weight, a
    /// disc one of an output; their area is its size, red is above 0 and blue below.
    pub fn staircase(&self, data: &Data) -> String {
        let (inputs, hidden) = (self.inputs(), self.network.hidden.len());
        let drawn = inputs.min(1 + MOST_INPUTS);
        let rows: Vec<usize> = (0..drawn).chain(inputs..inputs + hidden).collect();
        let units = hidden + self.network.output.nrows();
        let at = |unit: usize| NAMES + STEP * (unit as f64 + 0.5);
        let row = |row: usize| STEP * (row as f64 + 1.0);
        let (width, height) = (at(units) + NAMES, row(rows.len() + 1));
        let mut svg = open(width, height);
        for (number, &signal) in rows.iter().enumerate() {
            let from = match signal.checked_sub(inputs) {
                None => NAMES,
                Some(unit) => at(unit),
            };
            let (y, to) = (row(number), at(units) - STEP / 2.0);
            wire(&mut svg, [from, y, to, y]);
            if signal < inputs {
                let name = self.name(data, signal);
                text(&mut svg, [NAMES - 6.0, y + 4.0], "end", &name);
            }
        }
        if drawn < inputs {
            let more = format!("{} more inputs are not drawn", inputs - drawn);
            text(&mut svg, [NAMES, height - 8.0], "start", &more);
        }
        for unit in 0..units {
            let end = if unit < hidden {
                drawn + unit
            } else {
                rows.len()
            };
            wire(
                &mut svg,
                [at(unit), row(0) - STEP / 2.0, at(unit), row(end)],
            );
            self.crossings(&mut svg, unit, &rows[..end], at(unit));
            let name = match unit.checked_sub(hidden) {
                None => (unit + 1).to_string(),
                Some(output) => data.outputs[output].clone(),
            };
            let anchor = if unit < hidden { "middle" } else { "start" };
            node(&mut svg, [at(unit), row(end)], anchor, &name);
        }
        svg + "</svg>\n"
    }

    /// The weights of a unit at the lines that it crosses.
    fn crossings(&self, svg: &mut String, unit: usize, rows: &[usize], x: f64) {
        let hidden = self.network.hidden.len();
        let weights = match unit.checked_sub(hidden) {
            None => self.network.hidden[unit].view(),
            Some(output) => self.network.output.row(output),
        };
        let largest = weights
            .iter()
            .fold(0.0, |largest: f64, w| largest.max(w.abs()));
        for (number, &signal) in rows.iter().enumerate() {
            let (w, y) = (weights[signal], STEP * (number as f64 + 1.0));
            let half = 0.4 * STEP * (w.abs() / largest.max(f64::MIN_POSITIVE)).sqrt();
            let color = COLORS[usize::from(w > 0.0)];
            let (left, top, side) = (x - half, y - half, 2.0 * half);
            match unit < hidden {
                true => line(
                    svg,
                    format_args!(
                        r#"<rect x="{left:.2}" y="{top:.2}" width="{side:.2}" height="{side:.2}" fill="{color}"/>"#
                    ),
                ),
                false => line(
                    svg,
                    format_args!(r#"<circle cx="{x}" cy="{y}" r="{half:.2}" fill="{color}"/>"#),
                ),
            }
        }
    }

    fn name(&self, data: &Data, signal: usize) -> String {
        match signal.checked_sub(1) {
            None => "1".into(),
            Some(input) => data.inputs[input].chars().take(12).collect(),
        }
    }
}

/// A square of the plane around all samples.
struct Plane {
    left: f64,
    top: f64,
    side: f64,
}

impl Plane {
    fn around(data: &Data) -> Self {
        let ends = |input: usize| {
            let x = data.x.column(input);
            let low = x.iter().copied().fold(f64::INFINITY, f64::min);
            let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            [low, high]
        };
        let ([left, right], [low, high]) = (ends(0), ends(1));
        let side = 1.1 * (right - left).max(high - low).max(1e-9);
        Self {
            left: 0.5 * (left + right - side),
            top: 0.5 * (low + high + side),
            side,
        }
    }

    /// The middles of all cells, row by row from the top, `[GRID², 2]`.
    fn grid(&self) -> Array2<f64> {
        let middle = |cell: usize| self.side * (cell as f64 + 0.5) / GRID as f64;
        Array2::from_shape_fn((GRID * GRID, 2), |(cell, axis)| match axis {
            0 => self.left + middle(cell % GRID),
            _ => self.top - middle(cell / GRID),
        })
    }

    fn points(&self, svg: &mut String, data: &Data) {
        let scale = PANEL / self.side;
        for (x, t) in data.samples() {
            let (cx, cy) = ((x[0] - self.left) * scale, (self.top - x[1]) * scale);
            let color = COLORS[usize::from(t[0] > 0.5)];
            line(
                svg,
                format_args!(
                    r##"<circle cx="{cx:.1}" cy="{cy:.1}" r="2" fill="{color}" stroke="#fff" stroke-width="0.5"/>"##
                ),
            );
        }
    }
}

/// The output at each point of the grid, in shades: neighbours of one shade are one stroke.
fn surface(svg: &mut String, y: ArrayView1<'_, f64>) {
    let shade = |y: f64| (((y + 0.5) * SHADES.len() as f64) as usize).min(SHADES.len() - 1);
    let mut strokes = SHADES.map(|_| String::new());
    for row in 0..GRID {
        let mut from = 0;
        for column in 1..=GRID {
            let here = shade(y[row * GRID + from]);
            if column == GRID || shade(y[row * GRID + column]) != here {
                let _ = write!(strokes[here], "M{from} {row}.5h{}", column - from);
                from = column;
            }
        }
    }
    let scale = PANEL / GRID as f64;
    line(
        svg,
        format_args!(r#"<g transform="scale({scale})" shape-rendering="crispEdges">"#),
    );
    for (strokes, color) in strokes
        .iter()
        .zip(SHADES)
        .filter(|(strokes, _)| !strokes.is_empty())
    {
        line(
            svg,
            format_args!(r#"<path stroke="{color}" stroke-width="1.05" d="{strokes}"/>"#),
        );
    }
    svg.push_str("</g>\n");
}

fn caption(svg: &mut String, units: usize, turn: &Turn) {
    let plural = if units == 1 { "" } else { "s" };
    let words = format!("{units} unit{plural}, {} wrong", turn.wrong);
    text(svg, [0.0, 11.0], "start", &words);
}

fn open(width: f64, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    )
}

fn line(svg: &mut String, element: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(svg, "{element}");
}

fn wire(svg: &mut String, [x1, y1, x2, y2]: [f64; 4]) {
    line(
        svg,
        format_args!(r##"<path d="M{x1} {y1}L{x2} {y2}" stroke="#999"/>"##),
    );
}

fn node(svg: &mut String, [x, y]: [f64; 2], anchor: &str, name: &str) {
    line(
        svg,
        format_args!(r##"<circle cx="{x}" cy="{y}" r="9" fill="#fff" stroke="#333"/>"##),
    );
    let x = if anchor == "middle" { x } else { x + 13.0 };
    text(svg, [x, y + 4.0], anchor, name);
}

fn text(svg: &mut String, [x, y]: [f64; 2], anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    line(
        svg,
        format_args!(r#"<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>"#),
    );
}

#[cfg(test)]
mod tests {
    use spec::learners::CascadeCorrelationSpec;

    use super::super::proofs::{learned, parity, three_classes};

    /// Every element is closed, in order.
    fn expect_well_formed(svg: &str) {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').expect("a tag ends");
            let name = tag.split_whitespace().next().unwrap();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name)),
                None if tag.ends_with('/') => assert_eq!(tag.matches('"').count() % 2, 0),
                None => open.push(name),
            }
        }
        assert!(open.is_empty() && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn the_film_has_a_panel_for_each_number_of_units_and_a_point_for_each_sample() {
        let data = parity(2);
        let learner = learned(&CascadeCorrelationSpec::default(), &data);
        let film = learner.film(&data).unwrap();
        expect_well_formed(&film);
        let panels = learner.turns.len();
        assert_eq!(film.matches(" wrong</text>").count(), panels);
        assert_eq!(film.matches("<circle").count(), panels * data.len());
        assert_eq!(film, learner.film(&data).unwrap());
        assert_eq!(learner.film(&parity(3)), None);
        assert_eq!(learner.film(&three_classes()), None);
    }

    #[test]
    fn the_staircase_has_a_square_for_each_frozen_weight_and_a_disc_for_each_of_an_output() {
        let mut data = three_classes();
        data.inputs[0] = "a < b & c".into();
        let learner = learned(&CascadeCorrelationSpec::default(), &data);
        let staircase = learner.staircase(&data);
        expect_well_formed(&staircase);
        let frozen: usize = learner.network.hidden.iter().map(|w| w.len()).sum();
        let outputs = learner.network.output.len();
        let units = learner.network.hidden.len() + 3;
        // The background is a square, too; each unit is a circle.
        assert_eq!(staircase.matches("<rect").count(), 1 + frozen);
        assert_eq!(staircase.matches("<circle").count(), outputs + units);
        assert!(staircase.contains("a &lt; b &amp; c"));
        assert_eq!(staircase, learner.staircase(&data));
    }
}
