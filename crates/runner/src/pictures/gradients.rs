//! How far the hand-written gradients are from those of the witnesses, tensor by tensor, on an axis
//! of powers of ten.

use std::fs;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde::Deserialize;

use super::canvas::{self, Area, COLOURS, DrawResult, LETTERS};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::record::GRADIENTS;

/// Of runs whose gradients were checked.
pub const KIND: Kind = Kind {
    name: "gradients",
    title: "Gradients against their witnesses",
    shows: "the relative error of every tensor against each witness, with its bound",
    draw,
};

/// Rows drawn at most.
const MOST: usize = 80;
/// Height of a row, and room above and below all of them.
const ROW: i32 = 18;
const TOP: i32 = 44;
const BOTTOM: i32 = 64;
/// Width of all but the names.
const WIDTH: i32 = 560;
/// Powers of ten of the axis.
const FIRST: i32 = -18;
const LAST: i32 = 0;

/// The file of all comparisons, as far as it is drawn.
#[derive(Deserialize)]
struct Report {
    comparisons: Vec<Comparison>,
}

#[derive(Clone, Deserialize)]
struct Comparison {
    witness: String,
    pass: String,
    tensor: String,
    relative: Option<f64>,
    tolerance: Option<f64>,
}

/// The largest error of a tensor against a witness.
#[derive(Debug, PartialEq)]
struct Point {
    row: usize,
    witness: usize,
    /// None: no number.
    error: Option<f64>,
}

/// What is drawn.
#[derive(Debug, Default)]
struct Plot {
    tensors: Vec<String>,
    /// Witnesses and their bounds.
    witnesses: Vec<(String, f64)>,
    points: Vec<Point>,
    /// Tensors that there are.
    all: usize,
}

fn draw(subject: &Subject<'_>) -> Drawn {
    let Ok(text) = fs::read_to_string(subject.folder.join(GRADIENTS)) else {
        return Ok(None);
    };
    let report: Report =
        serde_json::from_str(&text).map_err(|error| format!("{GRADIENTS} is damaged: {error}"))?;
    let plot = Plot::of(&report);
    if plot.points.is_empty() {
        return Ok(None);
    }
    let which = match plot.tensors.len() < plot.all {
        true => format!("the first {} of {} tensors", plot.tensors.len(), plot.all),
        false => format!("{} tensors", plot.all),
    };
    let caption = format!(
        "{}: the largest relative error of {which} against {} witnesses, with their bounds as \
         upright lines.",
        subject.name(),
        plot.witnesses.len()
    );
    let title = format!(
        "{}: relative error of gradients and outputs",
        subject.name()
    );
    let svg = canvas::svg(plot.size(), |root| plot.draw(root, &title))?;
    Ok(Some(KIND.picture(caption, svg)))
}

impl Plot {
    /// Of single passes; trajectories, whose bounds are of another kind, are left out.
    fn of(report: &Report) -> Self {
        let mut plot = Self::default();
        let passes = report.comparisons.iter();
        for comparison in passes.filter(|of| !of.pass.starts_with("after ")) {
            let Some(tolerance) = comparison.tolerance else {
                continue;
            };
            let known = plot
                .tensors
                .iter()
                .position(|name| *name == comparison.tensor);
            let row = known.unwrap_or_else(|| {
                plot.tensors.push(comparison.tensor.clone());
                plot.tensors.len() - 1
            });
            let mut witnesses = plot.witnesses.iter();
            let witness = witnesses.position(|(name, _)| *name == comparison.witness);
            let witness = witness.unwrap_or_else(|| {
                plot.witnesses.push((comparison.witness.clone(), tolerance));
                plot.witnesses.len() - 1
            });
            let error = comparison.relative;
            let mut points = plot.points.iter_mut();
            match points.find(|point| (point.row, point.witness) == (row, witness)) {
                Some(point) => {
                    let both = point.error.zip(error);
                    point.error = both.map(|(a, b)| a.max(b));
                }
                None => plot.points.push(Point {
                    row,
                    witness,
                    error,
                }),
            }
        }
        plot.all = plot.tensors.len();
        plot.tensors.truncate(MOST);
        plot.points.retain(|point| point.row < MOST);
        plot
    }

    /// Room for the names.
    fn left(&self) -> i32 {
        let letters = self.tensors.iter().map(|name| name.chars().count()).max();
        (8 * letters.unwrap_or(0) as i32 + 20).max(80)
    }

    fn bottom(&self) -> i32 {
        TOP + ROW * self.tensors.len() as i32
    }

    fn size(&self) -> (u32, u32) {
        let legend = 18 * self.witnesses.len() as i32 + 10;
        let height = self.bottom() + BOTTOM + legend;
        ((self.left() + WIDTH + 24) as u32, height as u32)
    }

    /// Where an error stands; one that is 0 or no number at an end.
    fn x(&self, error: Option<f64>) -> i32 {
        let power = match error {
            Some(error) if error > 0.0 => error.log10(),
            Some(_) => f64::from(FIRST),
            None => f64::from(LAST),
        };
        let share = (power - f64::from(FIRST)) / f64::from(LAST - FIRST);
        self.left() + (share.clamp(0.0, 1.0) * f64::from(WIDTH)).round() as i32
    }

    fn draw(&self, root: &Area<'_>, title: &str) -> DrawResult {
        let bottom = self.bottom();
        let font = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
        root.draw_text(title, &font(17), (12, 10))?;
        let below = font(LETTERS).pos(Pos::new(HPos::Center, VPos::Top));
        for power in (FIRST..=LAST).step_by(2) {
            let x = self.x(Some(10f64.powi(power)));
            let line = PathElement::new([(x, TOP), (x, bottom)], BLACK.mix(0.12));
            root.draw(&line)?;
            let label = match power {
                FIRST => "0".into(),
                0 => "1".into(),
                _ => format!("1e{power}"),
            };
            root.draw_text(&label, &below, (x, bottom + 6))?;
        }
        let beside = font(LETTERS).pos(Pos::new(HPos::Right, VPos::Center));
        for (row, name) in self.tensors.iter().enumerate() {
            let at = TOP + ROW * row as i32 + ROW / 2;
            root.draw_text(name, &beside, (self.left() - 10, at))?;
        }
        for (witness, (name, bound)) in self.witnesses.iter().enumerate() {
            let (x, colour) = (self.x(Some(*bound)), colour(witness));
            let ends = [
                (x + witness as i32 % 3, TOP),
                (x + witness as i32 % 3, bottom),
            ];
            root.draw(&PathElement::new(ends, colour.stroke_width(1)))?;
            let at = (24, bottom + BOTTOM - 24 + 18 * witness as i32);
            mark(root, at, witness)?;
            let text = format!("{name}, bound {bound:.0e}");
            root.draw_text(&text, &font(LETTERS), (at.0 + 14, at.1 - 7))?;
        }
        for point in &self.points {
            let y = TOP + ROW * point.row as i32 + ROW / 2;
            mark(root, (self.x(point.error), y), point.witness)?;
        }
        Ok(())
    }
}

fn colour(witness: usize) -> RGBColor {
    COLOURS[witness % COLOURS.len()]
}

/// Witnesses are told apart by shape and colour.
fn mark(root: &Area<'_>, at: (i32, i32), witness: usize) -> DrawResult {
    let colour = colour(witness);
    match witness % 3 {
        0 => root.draw(&Circle::new(at, 4, colour.filled()))?,
        1 => root.draw(&Cross::new(at, 4, colour.stroke_width(2)))?,
        _ => root.draw(&TriangleMarker::new(at, 5, colour.filled()))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(witness: &str, pass: &str, tensor: &str, relative: Option<f64>) -> Comparison {
        Comparison {
            witness: witness.into(),
            pass: pass.into(),
            tensor: tensor.into(),
            relative,
            tolerance: Some(1e-11),
        }
    }

    #[test]
    fn each_tensor_has_its_largest_error_of_each_witness() {
        let report = Report {
            comparisons: vec![
                comparison("burn", "loss", "0.weight", Some(1e-14)),
                comparison("burn", "random upstream", "0.weight", Some(1e-13)),
                comparison("differences", "loss", "0.weight", Some(0.0)),
                comparison("burn", "loss", "0.bias", None),
                comparison("burn", "after 100 steps", "0.bias", Some(1e-9)),
            ],
        };
        let plot = Plot::of(&report);
        let found: Vec<_> = plot
            .points
            .iter()
            .map(|p| (p.row, p.witness, p.error))
            .collect();
        let expected = [(0, 0, Some(1e-13)), (0, 1, Some(0.0)), (1, 0, None)];
        assert_eq!(found, expected);
        let (left, right) = (plot.left(), plot.left() + WIDTH);
        assert_eq!((plot.x(Some(0.0)), plot.x(None)), (left, right));
        assert_eq!(plot.x(Some(1e-9)), left + WIDTH / 2);
        let svg = canvas::svg(plot.size(), |root| plot.draw(root, "title")).unwrap();
        assert_eq!(
            svg.matches("<circle").count(),
            2 + 1,
            "two errors and the legend"
        );
        assert!(svg.contains("burn, bound 1e-11"), "{svg}");
    }
}
