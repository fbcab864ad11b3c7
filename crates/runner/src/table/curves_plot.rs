//! The curves of a table as a picture: a panel for each measure, in it for each row the mean over
//! its runs as a line, and a band of a standard deviation to either side.

use std::error::Error;
use std::iter::zip;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use spec::table::{Kind, TableMeasure};

use super::aggregate::summaries;
use super::curves::{self, Point};
use super::plan::Plan;
use crate::numbers::{percent, rounded};
use crate::pictures::canvas::{Area, COLOURS, DrawResult};

/// Width and height of a panel.
const PANEL: (u32, u32) = (640, 360);
/// Height of a line of the legend.
const LINE: u32 = 20;
/// Rows of the same colour are told apart by their lines: dashes and gaps between them, in pixels.
const DASHES: [Option<(u32, u32)>; 4] = [None, Some((5, 4)), Some((2, 3)), Some((11, 4))];
/// A loss that spans more than this is shown in powers of ten.
const DECADES: f64 = 100.0;

/// A row in a panel.
struct Curve {
    /// The row, by its place.
    row: usize,
    /// Epoch, mean, deviation.
    points: Vec<(f64, f64, f64)>,
}

/// The SVG.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(plan: &Plan, points: &[Point]) -> Result<String, Box<dyn Error>> {
    let panels = plan.spec.curves.len().max(1);
    let longest = plan.rows.iter().map(|row| row.name.chars().count()).max();
    let legend = 60 + 8 * longest.unwrap_or(0) as u32;
    let height = (LINE * (plan.rows.len() as u32 + 2)).max(PANEL.1 * panels as u32);
    let mut text = String::new();
    {
        let size = (PANEL.0 + legend, height);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let (left, right) = root.split_horizontally(PANEL.0);
        let areas = left.split_evenly((panels, 1));
        for (area, measure) in areas.iter().zip(&plan.spec.curves) {
            panel(area, measure, &curves(plan, points, measure)?)?;
        }
        names(plan, &right)?;
        root.present()?;
    }
    Ok(text)
}

/// The curves of a measure: where more than half of a row's runs are still learning.
fn curves(
    plan: &Plan,
    points: &[Point],
    measure: &TableMeasure,
) -> Result<Vec<Curve>, Box<dyn Error>> {
    let frame = curves::frame(plan, points)?;
    let (keys, summaries) = summaries(&frame, &["row", "epoch"], &measure.name)?;
    let names = keys.column("row")?.str()?.iter();
    let epochs = keys.column("epoch")?.u64()?.iter();
    let all: Vec<_> = zip(zip(names, epochs), summaries).collect();
    let curve = |(row, name): (usize, &str)| {
        let of_row = all.iter().filter(|((of, _), _)| *of == Some(name));
        let runs = of_row.clone().map(|(_, runs)| runs.count).max();
        let most = of_row.filter(|(_, there)| 2 * there.count > runs.unwrap_or(0));
        let points = most.map(|((_, epoch), runs)| {
            let epoch = epoch.unwrap_or_default() as f64;
            (epoch, runs.mean, runs.deviation.unwrap_or(0.0))
        });
        Curve {
            row,
            points: points.collect(),
        }
    };
    let names = plan.rows.iter().map(|row| row.name.as_str()).enumerate();
    Ok(names.map(curve).collect())
}

fn panel(area: &Area<'_>, measure: &TableMeasure, curves: &[Curve]) -> DrawResult {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let lowest = all().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let highest = all().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    let of_loss = matches!(&measure.kind, Kind::End(of) if of.measure.name == "loss");
    if of_loss && lowest > 0.0 && highest > DECADES * lowest {
        let range = (0.8 * lowest, 1.25 * highest);
        return draw(area, (range.0..range.1).log_scale(), range, measure, curves);
    }
    let range = range(measure, curves);
    draw(area, range.0..range.1, range, measure, curves)
}

/// From the lowest to the highest end of a band, with some room; no further than a share goes.
fn range(measure: &TableMeasure, curves: &[Curve]) -> (f64, f64) {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let ends = all().flat_map(|(_, mean, width)| [mean - width, mean + width]);
    let ends: Vec<f64> = ends.filter(|end| end.is_finite()).collect();
    let mut low = ends.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let mut high = ends.iter().copied().reduce(f64::max).unwrap_or(1.0);
    if all().all(|point| point.1 >= 0.0) {
        low = low.max(0.0);
    }
    if measure.unit() == Some("share") {
        high = high.min(1.0);
    }
    let room = match high > low {
        true => 0.05 * (high - low),
        false => 0.1 * high.abs().max(1e-3),
    };
    (low - room, high + room)
}

fn draw<Y>(
    area: &Area<'_>,
    y: Y,
    (low, high): (f64, f64),
    measure: &TableMeasure,
    curves: &[Curve],
) -> DrawResult
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let ends = curves.iter().filter_map(|curve| curve.points.last());
    let last = ends.map(|end| end.0).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(measure.title(), ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..last, y)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .x_label_formatter(&|epoch: &f64| rounded(*epoch).to_string())
        .y_label_formatter(&|value: &f64| shown(measure, *value))
        .light_line_style(WHITE)
        .draw()?;
    for Curve { row, points } in curves {
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
fn names(plan: &Plan, area: &Area<'_>) -> DrawResult {
    for (row, named) in plan.rows.iter().enumerate() {
        let y = LINE as i32 * (row as i32 + 1) + 12;
        let line = [(8, y), (36, y)];
        match dashes(row) {
            None => area.draw(&PathElement::new(line, style(row)))?,
            Some((dash, gap)) => {
                area.draw(&DashedPathElement::new(line, dash, gap, style(row)))?;
            }
        }
        let font = ("sans-serif", 14).into_font().color(&BLACK);
        area.draw_text(&named.name, &font, (44, y - 7))?;
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
fn shown(measure: &TableMeasure, value: f64) -> String {
    match (measure.unit(), value.abs()) {
        (Some("share"), _) => format!("{} %", percent(value, 1)),
        (_, size) if size != 0.0 && !(1e-3..1e6).contains(&size) => format!("{:e}", rounded(value)),
        _ => rounded(value).to_string(),
    }
}
