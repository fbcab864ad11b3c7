//! The surface, seen from above at a slant; on it the tangent plane and the path.

use std::error::Error;

use plotters::prelude::*;

use super::Descent;
use crate::film::surface::{Surface, height_of};
use crate::graph::shown;
use crate::pictures::canvas;

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
    let ranges = [0, 1].map(|i| range(descent.path.iter().map(|point| point.at[i])));
    let place = |i: usize, share: f64| ranges[i].0 + share * (ranges[i].1 - ranges[i].0);
    let side = (POINTS - 1) as f64;
    let at = |point: usize| {
        let (column, row) = ((point % POINTS) as f64, (point / POINTS) as f64);
        [place(0, column / side), place(1, row / side)]
    };
    let heights: Vec<f64> = (0..POINTS * POINTS)
        .map(|p| descent.height(at(p)))
        .collect();
    let finite = || heights.iter().copied().filter(|height| height.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max).max(low + 1e-12);
    let surface = Surface {
        heights: &heights,
        columns: POINTS,
        range: (low, high),
        every: 1,
    };
    let height = TOP as u32 + height_of(WIDTH) + MARGIN as u32;
    canvas::svg((WIDTH + 2 * MARGIN as u32, height), |root| {
        let font = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
        root.draw_text(&format!("f = {text}"), &font(18), (MARGIN, 10))?;
        let [x, y] = &descent.names;
        let ends = |i: usize| [ranges[i].0, ranges[i].1].map(|end| shown(end, 3));
        let ([a, b], [c, d]) = (ends(0), ends(1));
        let axes =
            format!("{x} from {a} to {b} down to the right, {y} from {c} to {d} down to the left");
        root.draw_text(&axes, &font(13), (MARGIN, 34))?;
        let (steps, first) = (descent.path.len() - 1, descent.path[0]);
        let path = format!(
            "{steps} steps of gradient descent with rate {}, and the tangent plane where they begin",
            shown(rate, 4)
        );
        root.draw_text(&path, &font(13), (MARGIN, 52))?;
        let area = root
            .clone()
            .shrink((MARGIN, TOP), (WIDTH, height_of(WIDTH)));
        surface.draw(&area)?;
        let share = |i: usize, value: f64| (value - ranges[i].0) / (ranges[i].1 - ranges[i].0);
        let on = |at: [f64; 2], value: f64| {
            let up = ((value - low) / (high - low)).clamp(-0.5, 1.5);
            Surface::place(f64::from(WIDTH), (share(0, at[0]), share(1, at[1])), up)
        };
        let corner = |signs: [f64; 2]| {
            let by = [0, 1].map(|i| signs[i] * PLANE * (ranges[i].1 - ranges[i].0));
            let value = first.value + first.gradient[0] * by[0] + first.gradient[1] * by[1];
            on([first.at[0] + by[0], first.at[1] + by[1]], value)
        };
        let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]].map(corner);
        area.draw(&Polygon::new(corners, WHITE.mix(0.6).filled()))?;
        let around = corners.into_iter().chain([corners[0]]);
        area.draw(&PathElement::new(
            around.collect::<Vec<_>>(),
            BLACK.stroke_width(1),
        ))?;
        let path: Vec<_> = descent
            .path
            .iter()
            .map(|point| on(point.at, point.value))
            .collect();
        area.draw(&PathElement::new(path.clone(), PATH.stroke_width(2)))?;
        for point in path {
            area.draw(&Circle::new(point, 3, PATH.filled()))?;
        }
        Ok(())
    })
}

/// The extent of a path with room around.
fn range(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let room = (ROOM * (high - low)).max(LEAST * (1.0 - (high - low)).max(0.0));
    (low - room, high + room)
}
