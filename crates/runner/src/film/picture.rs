//! The film strip: a panel for each frame; above them, where the target is real, the surface that
//! was to be fitted beside the last one.

use std::error::Error;
use std::ops::Range;

use datasets::Target;
use plotters::prelude::*;

use super::grid::Grid;
use super::surface::{Surface, height_of};
use super::{Frame, animation, regions};
use crate::numbers::significant;
use crate::pictures::canvas::{self, Area, DrawResult};
use crate::prepare::PreparedNetwork;

/// Panels side by side.
const COLUMNS: usize = 4;
/// Width of a panel.
const PANEL: u32 = 240;
const MARGIN: u32 = 12;
/// Height of a caption.
const CAPTION: u32 = 22;
/// Height of the title above all.
const TITLE: u32 = 34;
/// How far a fit may leave the range of the target before it is cut off, as a share of it.
const BEYOND: f64 = 0.12;

/// The picture.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(
    prepared: &PreparedNetwork,
    grid: &Grid,
    frames: &[Frame],
) -> Result<String, Box<dyn Error>> {
    match &prepared.dataset.target {
        Target::Classes { names } => of_classes(prepared, grid, frames, names),
        Target::Real(_) | Target::Input => of_surface(prepared, grid, frames),
    }
}

/// The frames one after the other, as a picture that moves.
///
/// # Errors
/// When one cannot be drawn.
pub fn animated(
    prepared: &PreparedNetwork,
    grid: &Grid,
    frames: &[Frame],
) -> Result<String, Box<dyn Error>> {
    let names = match &prepared.dataset.target {
        Target::Classes { names } => names.as_slice(),
        _ => &[],
    };
    let wide = 2 * PANEL + MARGIN;
    let (height, range) = match names {
        [] => (height_of(wide), range(&grid.targets())),
        _ => (wide, (0.0, 1.0)),
    };
    let size = (wide + 2 * MARGIN, TITLE + CAPTION + height + MARGIN);
    let drawn = frames.iter().map(|frame| {
        canvas::svg(size, |root| {
            let font = ("sans-serif", 18).into_font().color(&BLACK);
            root.draw_text(&prepared.config.experiment.name, &font, (MARGIN as i32, 9))?;
            legend(root, names, size.0)?;
            let place = (MARGIN, TITLE);
            let panel = captioned(root, place, (wide, height), &frame.caption)?;
            match names {
                [] => Surface {
                    heights: &frame.answers,
                    columns: grid.size.0,
                    range,
                    every: 1,
                }
                .draw(&panel),
                _ => regions::draw(&panel, grid, &frame.answers),
            }
        })
    });
    let drawn: Vec<String> = drawn.collect::<Result<_, _>>()?;
    Ok(animation::svg(&drawn))
}

/// The names of the classes in their colours, at the right end.
fn legend(root: &Area<'_>, names: &[String], width: u32) -> DrawResult {
    let mut left = width as i32 - MARGIN as i32;
    for (class, name) in names.iter().enumerate().rev() {
        left -= 8 * name.chars().count() as i32 + 16;
        let font = ("sans-serif", 14).into_font();
        root.draw_text(name, &font.color(&regions::colour(class)), (left, 12))?;
    }
    Ok(())
}

/// The regions of the classes, frame by frame.
fn of_classes(
    prepared: &PreparedNetwork,
    grid: &Grid,
    frames: &[Frame],
    names: &[String],
) -> Result<String, Box<dyn Error>> {
    let strip = Strip::new(frames.len(), PANEL, 0);
    let mut text = String::new();
    {
        let root = strip.canvas(&mut text)?;
        title(&root, prepared, grid)?;
        legend(&root, names, strip.width())?;
        for (index, frame) in frames.iter().enumerate() {
            let panel = strip.panel(&root, index, &frame.caption)?;
            regions::draw(&panel, grid, &frame.answers)?;
        }
        root.present()?;
    }
    Ok(text)
}

/// The target beside the last fit, and below them the fit frame by frame.
fn of_surface(
    prepared: &PreparedNetwork,
    grid: &Grid,
    frames: &[Frame],
) -> Result<String, Box<dyn Error>> {
    let wide = 2 * PANEL + MARGIN;
    let above = CAPTION + height_of(wide) + MARGIN;
    let strip = Strip::new(frames.len(), height_of(PANEL), above);
    let target = grid.targets();
    let range = range(&target);
    let mut text = String::new();
    {
        let root = strip.canvas(&mut text)?;
        title(&root, prepared, grid)?;
        let surface = |heights, every| Surface {
            heights,
            columns: grid.size.0,
            range,
            every,
        };
        let size = (wide, height_of(wide));
        let panel = captioned(&root, (MARGIN, TITLE), size, "target")?;
        surface(&target[..], 1).draw(&panel)?;
        if let Some(last) = frames.last() {
            let caption = format!("fitted: {}", last.caption);
            let panel = captioned(&root, (wide + 2 * MARGIN, TITLE), size, &caption)?;
            surface(&last.answers, 1).draw(&panel)?;
        }
        for (index, frame) in frames.iter().enumerate() {
            let panel = strip.panel(&root, index, &frame.caption)?;
            surface(&frame.answers, 2).draw(&panel)?;
        }
        root.present()?;
    }
    Ok(text)
}

/// From below the lowest to above the highest.
fn range(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let room = BEYOND * (high - low).max(1e-12 * high.abs()).max(1e-12);
    (low - room, high + room)
}

/// What is drawn, and over what.
fn title(root: &Area<'_>, prepared: &PreparedNetwork, grid: &Grid) -> DrawResult {
    let names = &prepared.dataset.feature_names;
    let of = |index: usize, range: &Range<f64>| {
        let name = names.get(index).map_or(["x", "y"][index], String::as_str);
        let [low, high] = [range.start, range.end].map(|end| significant(end, 2));
        format!("{name} from {low} to {high}")
    };
    let (across, up) = (of(0, &grid.across), of(1, &grid.up));
    let where_they_go = match prepared.dataset.classes() {
        Some(_) => format!("{across} to the right, {up} upwards"),
        None => format!("{across} down to the right, {up} down to the left"),
    };
    let name = &prepared.config.experiment.name;
    let font = ("sans-serif", 18).into_font().color(&BLACK);
    root.draw_text(name, &font, (MARGIN as i32, 9))?;
    let font = ("sans-serif", 13).into_font().color(&BLACK.mix(0.7));
    let behind = (MARGIN + 12 * name.chars().count() as u32 + 12) as i32;
    root.draw_text(&where_they_go, &font, (behind, 12))?;
    Ok(())
}

/// A part of the picture with a caption above it.
fn captioned<'a>(
    root: &Area<'a>,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    caption: &str,
) -> Result<Area<'a>, Box<dyn Error>> {
    let font = ("sans-serif", 14).into_font().color(&BLACK);
    root.draw_text(caption, &font, (left as i32, top as i32 + 2))?;
    let (left, top) = (left as i32, (top + CAPTION) as i32);
    let (right, bottom) = (left + width as i32, top + height as i32);
    Ok(root
        .clone()
        .shrink((left, top), (right - left, bottom - top)))
}

/// Where the panels of the frames are.
struct Strip {
    count: usize,
    /// Height of a panel.
    height: u32,
    /// Height of what stands between title and panels.
    above: u32,
}

impl Strip {
    fn new(count: usize, height: u32, above: u32) -> Self {
        Self {
            count,
            height,
            above,
        }
    }

    fn width(&self) -> u32 {
        COLUMNS as u32 * (PANEL + MARGIN) + MARGIN
    }

    /// A white picture with room for all.
    fn canvas<'a>(&self, text: &'a mut String) -> Result<Area<'a>, Box<dyn Error>> {
        let rows = self.count.div_ceil(COLUMNS) as u32;
        let height = TITLE + self.above + rows * (CAPTION + self.height + MARGIN);
        let root = SVGBackend::with_string(text, (self.width(), height)).into_drawing_area();
        root.fill(&WHITE)?;
        Ok(root)
    }

    fn panel<'a>(
        &self,
        root: &Area<'a>,
        index: usize,
        caption: &str,
    ) -> Result<Area<'a>, Box<dyn Error>> {
        let (column, row) = ((index % COLUMNS) as u32, (index / COLUMNS) as u32);
        let left = MARGIN + column * (PANEL + MARGIN);
        let top = TITLE + self.above + row * (CAPTION + self.height + MARGIN);
        captioned(root, (left, top), (PANEL, self.height), caption)
    }
}
