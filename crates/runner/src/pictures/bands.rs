//! Mean curves with bands over several runs: a panel for each measure, in it for each row the mean
//! over its runs as a line, and a band of a standard deviation to either side.

use std::error::Error;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::canvas::{self, Area, COLOURS, DrawResult};
use crate::numbers::{percent, rounded};

/// Width and height of a panel.
const PANEL: (u32, u32) = (640, 360);
/// Height of a line of the legend.
const LINE: u32 = 20;
/// Rows of the same colour are told apart by their lines: dashes and gaps between them, in pixels.
const DASHES: [Option<(u32, u32)>; 4] = [None, Some((5, 4)), Some((2, 3)), Some((11, 4))];
/// A loss that spans more than this is shown in powers of ten.
const DECADES: f64 = 100.0;

/// A measure with its curves.
pub struct Panel {
    /// Stands above it.
    pub title: String,
    /// Whether values are shares of 1.
    pub is_share: bool,
    /// Whether it is a loss.
    pub is_loss: bool,
    /// The rows that have it.
    pub curves: Vec<Curve>,
}

/// A row in a panel.
pub struct Curve {
    /// The row, by its place.
    pub row: usize,
    /// Epoch, mean, deviation.
    pub points: Vec<(f64, f64, f64)>,
}

/// The SVG of the panels, one below the other, with the names of the rows beside them.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(rows: &[&str], panels: &[Panel]) -> Result<String, Box<dyn Error>> {
    let count = panels.len().max(1);
    let longest = rows.iter().map(|name| name.chars().count()).max();
    let legend = 60 + 8 * longest.unwrap_or(0) as u32;
    let height = (LINE * (rows.len() as u32 + 2)).max(PANEL.1 * count as u32);
    canvas::svg((PANEL.0 + legend, height), |root| {
        let (left, right) = root.split_horizontally(PANEL.0);
        let areas = left.split_evenly((count, 1));
        for (area, of) in areas.iter().zip(panels) {
            panel(area, of)?;
        }
        names(rows, &right)
    })
}

fn panel(area: &Area<'_>, of: &Panel) -> DrawResult {
    let all = || of.curves.iter().flat_map(|curve| &curve.points);
    let lowest = all().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let highest = all().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    if of.is_loss && lowest > 0.0 && highest > DECADES * lowest {
        let range = (0.8 * lowest, 1.25 * highest);
        return draw(area, (range.0..range.1).log_scale(), range, of);
    }
    let range = range(of);
    draw(area, range.0..range.1, range, of)
}

/// From the lowest to the highest end of a band, with some room; no further than a share goes.
fn range(of: &Panel) -> (f64, f64) {
    let all = || of.curves.iter().flat_map(|curve| &curve.points);
    let ends = all().flat_map(|(_, mean, width)| [mean - width, mean + width]);
    let ends: Vec<f64> = ends.filter(|end| end.is_finite()).collect();
    let mut low = ends.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let mut high = ends.iter().copied().reduce(f64::max).unwrap_or(1.0);
    if all().all(|point| point.1 >= 0.0) {
        low = low.max(0.0);
    }
    if of.is_share {
        high = high.min(1.0);
    }
    let room = match high > low {
        true => 0.05 * (high - low),
        false => 0.1 * high.abs().max(1e-3),
    };
    (low - room, high + room)
}

fn draw<Y>(area: &Area<'_>, y: Y, (low, high): (f64, f64), of: &Panel) -> DrawResult
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let ends = of.curves.iter().filter_map(|curve| curve.points.last());
    let last = ends.map(|end| end.0).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(&of.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..last, y)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .x_label_formatter(&|epoch: &f64| rounded(*epoch).to_string())
        .y_label_formatter(&|value: &f64| shown(of, *value))
        .light_line_style(WHITE)
        .draw()?;
    for Curve { row, points } in &of.curves {
        let inside = |value: f64| value.clamp(low, high);
        let above = points
            .iter()
            .map(|&(x, mean, width)| (x, inside(mean + width)));
        let below = points
            .iter()
            .map(|&(x, mean, width)| (x, inside(mean - width)));
        let band: Vec<_> = above.chain(below.rev()).collect();
        let line = points.iter().map(|&(x, mean, _)| (x, mean));
        chart.draw_series([Polygon::new(band, colour(*row).mix(0.15).filled())])?;
        match dashes(*row) {
            None => chart.draw_series(LineSeries::new(line, style(*row)))?,
            Some((dash, gap)) => {
                let series = DashedLineSeries::new(line, dash, gap, style(*row));
                chart.draw_series(series)?
            }
        };
    }
    Ok(())
}

/// Which line is which row.
fn names(rows: &[&str], area: &Area<'_>) -> DrawResult {
    for (row, name) in rows.iter().enumerate() {
        let y = LINE as i32 * (row as i32 + 1) + 12;
        let line = [(8, y), (36, y)];
        match dashes(row) {
            None => area.draw(&PathElement::new(line, style(row)))?,
            Some((dash, gap)) => {
                area.draw(&DashedPathElement::new(line, dash, gap, style(row)))?;
            }
        }
        let font = ("sans-serif", 14).into_font().color(&BLACK);
        area.draw_text(name, &font, (44, y - 7))?;
    }
    Ok(())
}

fn colour(row: usize) -> RGBColor {
    COLOURS[row % COLOURS.len()]
}

fn dashes(row: usize) -> Option<(u32, u32)> {
    DASHES[row / COLOURS.len() % DASHES.len()]
}

fn style(row: usize) -> ShapeStyle {
    colour(row).stroke_width(2)
}

/// A value beside the axis.
fn shown(of: &Panel, value: f64) -> String {
    match (of.is_share, value.abs()) {
        (true, _) => format!("{} %", percent(value, 1)),
        (_, size) if size != 0.0 && !(1e-3..1e6).contains(&size) => format!("{:e}", rounded(value)),
        _ => rounded(value).to_string(),
    }
}
