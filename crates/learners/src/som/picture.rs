//! What a map has learned, as a picture: of two inputs the net as it unfolds, otherwise the
//! U-matrix with the classes of its units, and beside it what the units look like: a sheet of
//! images where inputs are pixels, otherwise the plane of each input.

use ndarray::Array2;
use spec::learners::{SomSpec, Topology};

use super::Som;
use crate::labels::is_of_classes;
use crate::svg::{CLASSES, Svg, colour, image_shape, shares};
use crate::{Data, Learner};

/// Of more inputs no planes are drawn.
const MOST_PLANES: usize = 30;
/// Side of a panel, in pixels.
const PANEL: f64 = 360.0;
/// Samples of a panel of the film: more are only a blot.
const MOST_POINTS: usize = 2000;
const MARGIN: f64 = 20.0;

impl Som {
    /// The picture, as SVG. `data` are the training samples; the film of two inputs takes all
    /// passes over them once more.
    pub fn picture(&self, data: &Data) -> String {
        match self.w.ncols() {
            2 => film(&self.settings, data),
            _ => self.still(data),
        }
    }

    /// The U-matrix, and beside it images or planes.
    fn still(&self, data: &Data) -> String {
        let shape = image_shape(&data.inputs);
        let planes = match shape {
            None if self.w.ncols() <= MOST_PLANES => self.w.ncols(),
            _ => 0,
        };
        let across = planes.clamp(1, 4) as f64;
        let down = planes.div_ceil(4) as f64;
        let (plane, legend) = (PANEL / 2.0, 44.0);
        let beside = match (shape, planes) {
            (Some(_), _) => 1.6 * PANEL,
            (None, 0) => 0.0,
            _ => across * (plane + MARGIN),
        };
        let height =
            (down * (plane + 2.0 * MARGIN)).max(if shape.is_some() { 1.6 } else { 1.0 } * PANEL);
        let mut svg = Svg::new(
            PANEL + beside + 3.0 * MARGIN,
            height + 3.0 * MARGIN + legend,
        );
        let left = PANEL + 2.0 * MARGIN;
        svg.text(
            (MARGIN, 1.2 * MARGIN),
            13.0,
            "U-matrix: dark where neighbours differ",
        );
        let ridges = shares(&self.u_matrix().to_vec());
        self.cells(&mut svg, (MARGIN, 1.6 * MARGIN), PANEL, &ridges);
        self.classes(&mut svg, (MARGIN, 1.6 * MARGIN), data);
        if let Some(shape) = shape {
            svg.text((left, 1.2 * MARGIN), 13.0, "weights of each unit");
            self.images(&mut svg, (left, 1.6 * MARGIN), beside, shape);
        }
        for (input, name) in data.inputs.iter().enumerate().take(planes) {
            let (row, column) = ((input / 4) as f64, (input % 4) as f64);
            let at = (
                left + column * (plane + MARGIN),
                1.6 * MARGIN + row * (plane + 2.0 * MARGIN),
            );
            let values = shares(&self.w.column(input).to_vec());
            self.cells(&mut svg, at, plane, &values);
            svg.text((at.0, at.1 - 0.4 * MARGIN), 13.0, name);
        }
        svg.finish()
    }

    /// Pixels of a distance in the sheet that fits into a square, and the place of each unit.
    fn places(&self, (x, y): (f64, f64), side: f64) -> (f64, Vec<(f64, f64)>) {
        let last =
            |of: fn(&(f64, f64)) -> f64| self.sheet.places.iter().map(of).fold(0.0, f64::max) + 1.0;
        let unit = side / last(|place| place.0).max(last(|place| place.1));
        let place = |(right, down): &(f64, f64)| {
            let middle = |distance: f64| (distance + 0.5) * unit;
            (x + middle(*right), y + middle(*down))
        };
        (unit, self.sheet.places.iter().map(place).collect())
    }

    /// A cell for each unit, coloured by its share.
    fn cells(&self, svg: &mut Svg, at: (f64, f64), side: f64, shares: &[f64]) {
        let (unit, places) = self.places(at, side);
        let hexagonal = self.settings.topology == Topology::Hexagonal;
        // Corners, in distances of two units.
        let corners: &[(f64, f64)] = match hexagonal {
            true => &[
                (0.0, -0.577),
                (0.5, -0.289),
                (0.5, 0.289),
                (0.0, 0.577),
                (-0.5, 0.289),
                (-0.5, -0.289),
            ],
            false => &[(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)],
        };
        for ((x, y), share) in places.into_iter().zip(shares) {
            let corner = |(right, down): &(f64, f64)| (x + right * unit, y + down * unit);
            let corners: Vec<(f64, f64)> = corners.iter().map(corner).collect();
            svg.polygon(&corners, &colour(*share));
        }
    }

    /// A dot in the colour of its class on each unit that has samples, larger with more of them,
    /// and what the colours say; of more classes than colours their names.
    fn classes(&self, svg: &mut Svg, at: (f64, f64), data: &Data) {
        let of_classes = is_of_classes(data);
        let (unit, places) = self.places(at, PANEL);
        let most = self.labels.hits.iter().copied().fold(1.0, f64::max);
        for (number, place) in places.into_iter().enumerate() {
            let Some(class) = self.labels.class(number) else {
                continue;
            };
            if of_classes && data.outputs.len() > CLASSES.len() {
                self.label(svg, place, unit, (number, data));
                continue;
            }
            let size = 0.12 + 0.28 * (self.labels.hits[number] / most).sqrt();
            let fill = match of_classes {
                true => CLASSES[class % CLASSES.len()],
                false => "#333333",
            };
            svg.circle(place, (size + 0.05) * unit, "#ffffff");
            svg.circle(place, size * unit, fill);
        }
        let names = data.outputs.iter().take(CLASSES.len());
        let few = of_classes && data.outputs.len() <= CLASSES.len();
        let (mut x, mut y) = (at.0, at.1 + PANEL + MARGIN);
        for (name, fill) in names.zip(CLASSES).filter(|_| few) {
            let width = 30.0 + 8.0 * name.chars().count() as f64;
            if x > at.0 && x + width > at.0 + PANEL + MARGIN {
                (x, y) = (at.0, y + MARGIN);
            }
            svg.circle((x + 6.0, y - 4.0), 6.0, fill);
            svg.text((x + 16.0, y), 13.0, name);
            x += width;
        }
    }

    /// The names of the classes of at least half of a unit's samples, one below the other.
    fn label(&self, svg: &mut Svg, (x, y): (f64, f64), unit: f64, (number, data): (usize, &Data)) {
        let means = self.labels.means.row(number).into_iter();
        let names = means.zip(&data.outputs);
        let names: Vec<&String> = names.filter(|(m, _)| **m >= 0.5).map(|(_, n)| n).collect();
        let size = 0.36 * unit;
        svg.circle((x, y), 0.48 * unit, "#ffffff");
        for (line, name) in names.iter().enumerate() {
            let name: String = name.chars().take(6).collect();
            // Letters are about half as wide as high.
            let left = x - 0.26 * size * name.chars().count() as f64;
            let down = line as f64 - (names.len() - 1) as f64 / 2.0;
            svg.text((left, y + (0.35 + down) * size), size, &name);
        }
    }

    /// The weights of each unit as an image, at its place.
    fn images(&self, svg: &mut Svg, (x, y): (f64, f64), side: f64, [rows, columns]: [usize; 2]) {
        let [down, across] = self.settings.grid;
        let pixel = (side / (across * (columns + 1)) as f64).min(side / (down * (rows + 1)) as f64);
        let weights: Vec<f64> = self.w.iter().copied().collect();
        let weights = shares(&weights);
        for (unit, weights) in weights.chunks(rows * columns).enumerate() {
            let left = x + (unit % across * (columns + 1)) as f64 * pixel;
            let top = y + (unit / across * (rows + 1)) as f64 * pixel;
            svg.bitmap((left, top), pixel, columns, weights);
        }
    }
}

/// The net over two inputs, before the first pass, after 1, 2, 5, 10, 20 ... of them, and at the
/// end.
fn film(settings: &SomSpec, data: &Data) -> String {
    let Ok(mut som) = Som::new(settings, data) else {
        return Svg::new(PANEL, PANEL).finish();
    };
    let mut frames = vec![(0, som.w.clone())];
    while !som.is_done() {
        // Nobody asks to stop, and all numbers are finite.
        let _ = som.pass(data, &|| Ok(()));
        if som.is_done() || is_a_frame(som.passes) {
            frames.push((som.passes, som.w.clone()));
        }
    }
    let (across, side) = (frames.len().min(4), 0.6 * PANEL);
    let (width, height) = (side + MARGIN, side + 2.0 * MARGIN);
    let size = (
        across as f64 * width + MARGIN,
        frames.len().div_ceil(4) as f64 * height + MARGIN,
    );
    let mut svg = Svg::new(size.0, size.1);
    for (number, (passes, w)) in frames.iter().enumerate() {
        let left = MARGIN + (number % 4) as f64 * width;
        let top = 1.5 * MARGIN + (number / 4) as f64 * height;
        let unit = if *passes == 1 { "pass" } else { "passes" };
        svg.text((left, top - 6.0), 13.0, &format!("{passes} {unit}"));
        net(&mut svg, (left, top), side, &som, w, data);
    }
    svg.finish()
}

/// 1, 2, 5, 10, 20, 50 ...
fn is_a_frame(passes: usize) -> bool {
    let mut first = passes;
    while first >= 10 && first.is_multiple_of(10) {
        first /= 10;
    }
    [1, 2, 5].contains(&first)
}

/// The samples as points, and a line between units beside each other.
fn net(svg: &mut Svg, (x, y): (f64, f64), side: f64, som: &Som, w: &Array2<f64>, data: &Data) {
    let range = |column: usize| {
        let of = data.x.column(column);
        let low = of.iter().copied().fold(f64::INFINITY, f64::min);
        let high = of.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (low, (high - low).max(f64::MIN_POSITIVE))
    };
    let ((left, width), (bottom, height)) = (range(0), range(1));
    let place = |a: f64, b: f64| {
        let share = |value: f64| 0.05 + 0.9 * value;
        (
            x + side * share((a - left) / width),
            y + side * (1.0 - share((b - bottom) / height)),
        )
    };
    svg.frame(x, y, side, side, "#bbb");
    let every = data.len().div_ceil(MOST_POINTS).max(1);
    for point in data.x.rows().into_iter().step_by(every) {
        svg.circle(place(point[0], point[1]), 1.2, "#9ecae1");
    }
    let unit = |unit: usize| place(w[[unit, 0]], w[[unit, 1]]);
    for one in 0..w.nrows() {
        for other in som.sheet.neighbors(one) {
            // No diagonals of squares: the net is of its sides.
            if other > one && som.sheet.squared[[one, other]] < 1.5 {
                svg.line(&[unit(one), unit(other)], "#08306b", 1.0);
            }
        }
    }
    for number in 0..w.nrows() {
        svg.circle(unit(number), 1.8, "#d55e00");
    }
}
