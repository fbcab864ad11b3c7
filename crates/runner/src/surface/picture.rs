//! The surface, seen from above at a slant; on it the tangent plane and the path.

use std::error::Error;

use plotters::prelude::*;

use super::Descent;
use crate::film::surface::{Surface, height_of};
use crate::graph::shown;
use crate::pictures::canvas::{self, Area, DrawResult, LETTERS};

/// Points along a side.
const POINTS: usize = 41;
const WIDTH: u32 = 640;
const MARGIN: i32 = 16;
const TOP: i32 = 72;
/// How far the surface goes beyond the path, as a share of its extent, and how far the plane.
const ROOM: f64 = 0.5;
const PLANE: f64 = 0.14;
/// The least extent.
const LEAST: f64 = 0.5;
const PATH: RGBColor = RGBColor(220, 50, 32);

/// The picture.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(descent: &Descent, text: &str, rate: f64) -> Result<String, Box<dyn Error>> {
    let scene = Scene::of(descent);
    let height = TOP as u32 + height_of(WIDTH) + MARGIN as u32;
    canvas::svg((WIDTH + 2 * MARGIN as u32, height), |root| {
        scene.captions(root, text, rate)?;
        let area = root
            .clone()
            .shrink((MARGIN, TOP), (WIDTH, height_of(WIDTH)));
        let surface = Surface {
            heights: &scene.heights,
            columns: POINTS,
            range: scene.range,
            every: 1,
        };
        surface.draw(&area)?;
        scene.plane(&area)?;
        scene.path(&area)
    })
}

/// What is seen from where.
struct Scene<'a> {
    descent: &'a Descent,
    /// Of each variable the far end and the near one.
    ends: [(f64, f64); 2],
    /// f at the points of the grid.
    heights: Vec<f64>,
    /// The lowest and the highest of them.
    range: (f64, f64),
}

impl<'a> Scene<'a> {
    fn of(descent: &'a Descent) -> Self {
        // The path comes towards the eye.
        let ends = [0, 1].map(|i| {
            let (low, high) = extent(descent.path.iter().map(|point| point.at[i]));
            match descent.path[0].at[i] > 0.5 * (low + high) {
                true => (high, low),
                false => (low, high),
            }
        });
        let place = |i: usize, step: usize| {
            let share = step as f64 / (POINTS - 1) as f64;
            ends[i].0 + share * (ends[i].1 - ends[i].0)
        };
        let at = |point: usize| [place(0, point % POINTS), place(1, point / POINTS)];
        let heights = (0..POINTS * POINTS).map(|point| descent.height(at(point)));
        let heights: Vec<f64> = heights.collect();
        let finite = || heights.iter().copied().filter(|height| height.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        Self {
            descent,
            ends,
            range: (low, high.max(low + 1e-12)),
            heights,
        }
    }

    /// Where a point is on the picture.
    fn place(&self, at: [f64; 2], value: f64) -> (i32, i32) {
        let share = |i: usize| (at[i] - self.ends[i].0) / (self.ends[i].1 - self.ends[i].0);
        let (low, high) = self.range;
        let up = ((value - low) / (high - low)).clamp(-0.5, 1.5);
        Surface::place(f64::from(WIDTH), (share(0), share(1)), up)
    }

    fn captions(&self, root: &Area<'_>, text: &str, rate: f64) -> DrawResult {
        let font = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
        root.draw_text(&format!("f = {text}"), &font(18), (MARGIN, 10))?;
        let of = |i: usize| {
            let (name, (far, near)) = (&self.descent.names[i], self.ends[i]);
            format!("{name} from {} to {}", shown(far, 3), shown(near, 3))
        };
        let axes = format!("{} down to the right, {} down to the left", of(0), of(1));
        root.draw_text(&axes, &font(LETTERS), (MARGIN, 34))?;
        let (steps, rate) = (self.descent.path.len() - 1, shown(rate, 4));
        let path = format!(
            "{steps} steps of gradient descent with rate {rate}, and the tangent plane where they \
             begin"
        );
        root.draw_text(&path, &font(LETTERS), (MARGIN, 52))?;
        Ok(())
    }

    /// z = f + ∇f · (w − w₀) around the start w₀.
    fn plane(&self, area: &Area<'_>) -> DrawResult {
        let first = self.descent.path[0];
        let corner = |signs: [f64; 2]| {
            let by = [0, 1].map(|i| signs[i] * PLANE * (self.ends[i].1 - self.ends[i].0).abs());
            let value = first.value + first.gradient[0] * by[0] + first.gradient[1] * by[1];
            self.place([first.at[0] + by[0], first.at[1] + by[1]], value)
        };
        let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]].map(corner);
        area.draw(&Polygon::new(corners, WHITE.mix(0.6).filled()))?;
        let around: Vec<_> = corners.into_iter().chain([corners[0]]).collect();
        area.draw(&PathElement::new(around, BLACK.stroke_width(1)))?;
        Ok(())
    }

    fn path(&self, area: &Area<'_>) -> DrawResult {
        let path = self.descent.path.iter();
        let path: Vec<_> = path
            .map(|point| self.place(point.at, point.value))
            .collect();
        area.draw(&PathElement::new(path.clone(), PATH.stroke_width(2)))?;
        for point in path {
            area.draw(&Circle::new(point, 3, PATH.filled()))?;
        }
        Ok(())
    }
}

/// The extent of a path with room around.
fn extent(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let room = (ROOM * (high - low)).max(LEAST * (1.0 - (high - low)).max(0.0));
    (low - room, high + room)
}
