//! Weights, outputs and gradients layer by layer over the epochs: how large they are, on an axis of
//! powers of ten. Gradients that vanish move to the left, layer by layer; those that explode to the
//! right.

use std::collections::BTreeMap;
use std::fs;

use plotters::prelude::*;

use super::canvas::{self, Area, DrawResult, LETTERS, short};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::numbers::percent;
use crate::training::histograms::{FILE, Histogram, Histograms, LayerHistograms};

/// Of networks learned by hand.
pub const KIND: Kind = Kind {
    name: "histograms",
    title: "Weights, outputs and gradients",
    shows: "their sizes layer by layer, over the epochs: what vanishes, explodes, is dead",
    draw,
};

/// Rows drawn at most.
const MOST: usize = 24;
/// Width and height of a panel, and of what stands beside and above all of them.
const PANEL: (i32, i32) = (240, 84);
const LEFT: i32 = 136;
/// Letters that fit there.
const NAME: usize = 19;
const TOP: i32 = 72;
const GAP: i32 = 14;
/// Room for the powers of ten below.
const BOTTOM: i32 = 36;
/// From the first moment to the last.
const EARLY: RGBColor = RGBColor(150, 190, 230);
const LATE: RGBColor = RGBColor(8, 30, 80);

/// What of a layer stands in which column.
type Column = (&'static str, fn(&LayerHistograms) -> Option<&Histogram>);

const COLUMNS: [Column; 3] = [
    ("weights", |layer| layer.weights.as_ref()),
    ("outputs", |layer| layer.outputs.as_ref()),
    ("gradients of the weights", |layer| layer.gradients.as_ref()),
];

/// The column of outputs.
const OUTPUTS: usize = 1;

fn draw(subject: &Subject<'_>) -> Drawn {
    let Ok(text) = fs::read_to_string(subject.folder.join(FILE)) else {
        return Ok(None);
    };
    let of: Histograms =
        serde_json::from_str(&text).map_err(|error| format!("{FILE} is damaged: {error}"))?;
    let Some(last) = of.moments.last() else {
        return Ok(None);
    };
    let epochs: Vec<String> = of.moments.iter().map(|m| m.epoch.to_string()).collect();
    let epochs = epochs.join(", ");
    let (layers, shown) = (last.layers.len(), rows(&last.layers));
    let end = shown.last().map_or(0, |row| row.outputs + 1);
    let which = match end < layers {
        true => format!("the first {end} of {layers} layers"),
        false => format!("{layers} layers"),
    };
    let caption = format!(
        "{}: how large weights, outputs and gradients of {which} are after epochs {epochs} (from \
         pale to dark), looked at with {} training samples.",
        subject.name(),
        of.samples
    );
    let height = TOP + shown.len() as i32 * (PANEL.1 + GAP) + BOTTOM;
    let size = (LEFT + 3 * (PANEL.0 + GAP), height);
    let title = format!(
        "{}: sizes after epochs {epochs}, from pale to dark",
        subject.name()
    );
    let svg = canvas::svg((size.0 as u32, size.1 as u32), |root| {
        all(root, &title, &of)
    })?;
    Ok(Some(KIND.picture(caption, svg)))
}

/// A row of panels: a layer with weights, and the outputs of the one behind it if that has none.
#[derive(Debug, PartialEq)]
struct Row {
    /// Of weights and gradients, by their place.
    layer: usize,
    /// Of outputs.
    outputs: usize,
}

fn rows(layers: &[LayerHistograms]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (layer, of) in layers.iter().enumerate() {
        match rows.last_mut() {
            Some(row) if of.weights.is_none() && layers[row.outputs].outputs.is_none() => {
                row.outputs = layer;
            }
            _ => rows.push(Row {
                layer,
                outputs: layer,
            }),
        }
    }
    rows.truncate(MOST);
    rows
}

impl Row {
    /// What stands in a column.
    fn of<'a>(&self, column: usize, layers: &'a [LayerHistograms]) -> Option<&'a LayerHistograms> {
        layers.get(if column == OUTPUTS {
            self.outputs
        } else {
            self.layer
        })
    }

    /// Its layers, a line each.
    fn names(&self, layers: &[LayerHistograms]) -> Vec<String> {
        let mut of = vec![self.layer, self.outputs];
        of.dedup();
        let name = |&at: &usize| {
            let name = format!("{} {}", layers[at].name, layers[at].kind);
            short(&name, NAME)
        };
        of.iter().map(name).collect()
    }
}

/// All panels.
fn all(root: &Area<'_>, title: &str, of: &Histograms) -> DrawResult {
    let font = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
    root.draw_text(title, &font(17), (12, 10))?;
    let Some(last) = of.moments.last() else {
        return Ok(());
    };
    let rows = rows(&last.layers);
    let top = |row: usize| TOP + row as i32 * (PANEL.1 + GAP);
    for (column, (name, values)) in COLUMNS.iter().enumerate() {
        let left = LEFT + column as i32 * (PANEL.0 + GAP);
        root.draw_text(name, &font(LETTERS), (left, TOP - 26))?;
        let all = of.moments.iter().flat_map(|moment| &moment.layers);
        let all: Vec<&Histogram> = all.filter_map(values).collect();
        let Some(axis) = Axis::of(&all, left) else {
            continue;
        };
        for (number, row) in rows.iter().enumerate() {
            let over = of
                .moments
                .iter()
                .map(|moment| row.of(column, &moment.layers));
            let over: Vec<_> = over.map(|layer| layer.and_then(values)).collect();
            let (Some(layer), Some(Some(at_last))) = (row.of(column, &last.layers), over.last())
            else {
                continue;
            };
            panel(root, &axis, top(number), &over)?;
            for (line, words) in words(at_last, layer, column).iter().enumerate() {
                let place = (left + 4, top(number) + 3 + 15 * line as i32);
                root.draw_text(words, &font(LETTERS), place)?;
            }
        }
        axis.label(root, top(rows.len()) - GAP)?;
    }
    for (number, row) in rows.iter().enumerate() {
        for (line, name) in row.names(&last.layers).iter().enumerate() {
            let y = top(number) + PANEL.1 / 2 - 12 + 16 * line as i32;
            root.draw_text(name, &font(LETTERS), (10, y))?;
        }
    }
    Ok(())
}

/// What is to be known of the values at last.
fn words(of: &Histogram, layer: &LayerHistograms, column: usize) -> Vec<String> {
    let share = |share: f64, word: &str| format!("{} % {word}", percent(share, 1));
    let count = of.count().max(1) as f64;
    let mut words = Vec::new();
    if of.zeros > 0 {
        words.push(share(of.zeros as f64 / count, "are 0"));
    }
    if of.not_finite > 0 {
        words.push(share(of.not_finite as f64 / count, "no numbers"));
    }
    if column == OUTPUTS {
        let dead = layer.dead.filter(|share| *share > 0.0);
        words.extend(dead.map(|dead| share(dead, "of units dead")));
        words.extend(layer.saturated.map(|flat| share(flat, "saturated")));
    }
    words
}

/// Powers of two across a panel.
struct Axis {
    left: i32,
    first: i32,
    last: i32,
}

impl Axis {
    /// From the least to the largest value of a column but for the last thousandth at the lower
    /// end.
    fn of(all: &[&Histogram], left: i32) -> Option<Self> {
        let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
        for histogram in all {
            for (power, count) in magnitudes(histogram) {
                *counts.entry(power).or_default() += count;
            }
        }
        let total: u64 = counts.values().sum();
        let mut below = 0;
        let first = counts.iter().find(|(_, count)| {
            below += **count;
            1000 * below > total
        });
        let (first, last) = (*first?.0, *counts.last_key_value()?.0 + 1);
        Some(Self { left, first, last })
    }

    /// Where a power of two stands; between whole ones, too.
    fn x(&self, power: f64) -> i32 {
        let share = (power - f64::from(self.first)) / f64::from(self.last - self.first);
        self.left + (share.clamp(0.0, 1.0) * f64::from(PANEL.0)).round() as i32
    }

    /// Powers of ten below the panels.
    fn label(&self, root: &Area<'_>, bottom: i32) -> DrawResult {
        use plotters::style::text_anchor::{HPos, Pos, VPos};
        let style = ("sans-serif", LETTERS).into_font().color(&BLACK);
        let style = style.pos(Pos::new(HPos::Center, VPos::Top));
        let per_ten = std::f64::consts::LOG2_10;
        let decades = |power: i32| f64::from(power) / per_ten;
        let (low, high) = (
            decades(self.first).ceil() as i32,
            decades(self.last).floor() as i32,
        );
        let every = ((high - low) / 4).max(1);
        for ten in (low..=high).step_by(every as usize) {
            let x = self.x(f64::from(ten) * per_ten);
            root.draw(&PathElement::new([(x, bottom), (x, bottom + 4)], BLACK))?;
            root.draw_text(&format!("1e{ten}"), &style, (x, bottom + 6))?;
        }
        Ok(())
    }
}

/// How many values, whatever their sign, have which power of two.
fn magnitudes(of: &Histogram) -> BTreeMap<i32, u64> {
    let mut both = of.positive.clone();
    for (power, count) in &of.negative {
        *both.entry(*power).or_default() += count;
    }
    both
}

/// A line for each moment: the share of the values at each power of two.
fn panel(root: &Area<'_>, axis: &Axis, top: i32, over: &[Option<&Histogram>]) -> DrawResult {
    let frame = [(axis.left, top), (axis.left + PANEL.0, top + PANEL.1)];
    root.draw(&Rectangle::new(frame, BLACK.mix(0.15)))?;
    let shares = |of: &Histogram| {
        let (magnitudes, all) = (magnitudes(of), of.count().max(1) as f64);
        let share = move |power: i32| magnitudes.get(&power).copied().unwrap_or(0) as f64 / all;
        (axis.first..axis.last).map(share).collect::<Vec<f64>>()
    };
    let lines: Vec<Option<Vec<f64>>> = over.iter().map(|of| of.map(&shares)).collect();
    let highest = lines
        .iter()
        .flatten()
        .flatten()
        .copied()
        .fold(1e-9, f64::max);
    for (moment, line) in lines.iter().enumerate() {
        let Some(line) = line else { continue };
        let points = line.iter().enumerate().map(|(bin, share)| {
            let x = axis.x(f64::from(axis.first + bin as i32) + 0.5);
            let up = (share / highest * f64::from(PANEL.1 - 4)).round() as i32;
            (x, top + PANEL.1 - up)
        });
        let share = moment as f64 / (lines.len() - 1).max(1) as f64;
        let style = between(share).stroke_width(1 + u32::from(moment + 1 == lines.len()));
        root.draw(&PathElement::new(points.collect::<Vec<_>>(), style))?;
    }
    Ok(())
}

/// The colour of a moment, 0 the first and 1 the last.
fn between(share: f64) -> RGBColor {
    let mixed = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    RGBColor(
        mixed(EARLY.0, LATE.0),
        mixed(EARLY.1, LATE.1),
        mixed(EARLY.2, LATE.2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::histograms::Moment;

    #[test]
    fn each_moment_is_a_line_in_the_panel_of_its_layer() {
        let histogram = |values: &[f32]| Some(Histogram::of(values));
        let layer = |values: &[f32]| LayerHistograms {
            name: "0".into(),
            kind: "linear".into(),
            weights: histogram(values),
            gradients: None,
            outputs: histogram(&[0.0, 0.0, 1.0, 0.5]),
            dead: Some(0.25),
            saturated: None,
        };
        let moment = |epoch, values: &[f32]| Moment {
            epoch,
            layers: vec![layer(values)],
        };
        let of = Histograms {
            samples: 4,
            moments: vec![moment(0, &[1.0, -1.5]), moment(1, &[8.0, -0.5])],
        };
        let svg = canvas::svg((900, 300), |root| all(root, "title", &of)).unwrap();
        // Two lines of the weights and two of the outputs, without the marks of the axes.
        let lines = svg.matches("<polyline").count() + svg.matches("<line").count();
        let marks = svg.matches(">\n1e").count();
        assert_eq!(lines - marks, 4, "{svg}");
        for words in ["50.0 % are 0", "25.0 % of units dead", "0 linear"] {
            assert!(svg.contains(words), "{words}: {svg}");
        }
        let only_outputs = LayerHistograms {
            weights: None,
            ..layer(&[])
        };
        let linear = || LayerHistograms {
            outputs: None,
            ..layer(&[1.0])
        };
        let pairs = rows(&[linear(), only_outputs, linear()]);
        let places: Vec<_> = pairs.iter().map(|row| (row.layer, row.outputs)).collect();
        assert_eq!(places, [(0, 1), (2, 2)]);
        let weights: Vec<&Histogram> = of
            .moments
            .iter()
            .filter_map(|m| m.layers[0].weights.as_ref())
            .collect();
        let axis = Axis::of(&weights, 10).unwrap();
        assert_eq!((axis.first, axis.last), (-1, 4), "from 1/2 to below 16");
        assert_eq!((axis.x(-1.0), axis.x(4.0)), (10, 10 + PANEL.0));
        assert!(Axis::of(&[&Histogram::of(&[0.0, f32::NAN])], 0).is_none());
    }
}
