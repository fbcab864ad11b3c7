//! Ours beside the published figures as a picture: a panel for each measure, a line for each row.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::plan::Plan;
use super::rows::Row;
use super::summary::{Cell, cells};
use crate::pictures::canvas::DrawResult;

const OURS: RGBColor = RGBColor(0, 90, 181);
const PUBLISHED: RGBColor = RGBColor(220, 50, 32);
const WIDTH: u32 = 900;
/// Of a row.
const HEIGHT: u32 = 26;
/// Above and below the rows of a panel.
const AROUND: u32 = 96;
/// Left of the panel, for the names.
const NAMES: u32 = 330;

/// The SVG; means with their 95 % intervals as full circles, published figures as open ones.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(plan: &Plan, rows: &[Row]) -> Result<String, Box<dyn std::error::Error>> {
    let cells = cells(plan, rows)?;
    let panels = plan.spec.measures.len();
    let height = AROUND + HEIGHT * plan.rows.len() as u32;
    let mut text = String::new();
    {
        let size = (WIDTH, height * panels as u32);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let areas = root.split_evenly((panels, 1));
        for (area, measure) in areas.iter().zip(&plan.spec.measures) {
            let of_measure: Vec<&Cell<'_>> = cells
                .iter()
                .filter(|cell| cell.measure == measure && !cell.is_not_measured())
                .collect();
            panel(area, &of_measure)?;
        }
        root.present()?;
    }
    Ok(text)
}

/// Least and largest value of a panel, with some room.
fn range(cells: &[&Cell<'_>]) -> (f64, f64) {
    let values = cells.iter().flat_map(|cell| {
        let reached = cell.reached.as_ref();
        let (low, high) = reached.and_then(|reached| reached.interval).unzip();
        let mean = reached.map(|reached| reached.mean);
        [
            low,
            high,
            mean,
            cell.published.map(|published| published.value),
        ]
    });
    let values: Vec<f64> = values.flatten().filter(|value| value.is_finite()).collect();
    let low = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
    let room = match high > low {
        true => 0.08 * (high - low),
        false => 0.1 * high.abs().max(1e-3),
    };
    (low - room, high + room)
}

fn panel(area: &DrawingArea<SVGBackend<'_>, Shift>, cells: &[&Cell<'_>]) -> DrawResult {
    let Some(first) = cells.first() else {
        return Ok(());
    };
    let (low, high) = range(cells);
    let mut chart = ChartBuilder::on(area)
        .caption(first.measure.title(), ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(NAMES)
        .build_cartesian_2d(low..high, -0.5..cells.len() as f64 - 0.5)?;
    let label = |value: &f64| first.show(*value);
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_labels(6)
        .x_label_formatter(&label)
        .light_line_style(WHITE)
        .draw()?;
    let right = Pos::new(HPos::Right, VPos::Center);
    let name = ("sans-serif", 14).into_font().color(&BLACK).pos(right);
    for (place, cell) in cells.iter().rev().enumerate() {
        let y = place as f64;
        let (edge, middle) = chart.backend_coord(&(low, y));
        let (left, top) = area.get_base_pixel();
        area.draw_text(cell.name, &name, (edge - left - 8, middle - top))?;
        if let Some(reached) = &cell.reached {
            if let Some((from, to)) = reached.interval {
                let line = PathElement::new([(from, y), (to, y)], OURS.stroke_width(2));
                chart.draw_series([line])?;
            }
            chart.draw_series([Circle::new((reached.mean, y), 5, OURS.filled())])?;
        }
        if let Some(published) = cell.published {
            let open = Circle::new((published.value, y), 7, PUBLISHED.stroke_width(2));
            chart.draw_series([open])?;
        }
    }
    Ok(())
}
