//! Learning curves as a picture: one panel for each measure that samples have (loss, accuracy ...),
//! a colour for each row of the table, a line style for each part of the data.

use plotters::prelude::*;
use spec::measures::{Better, Measure, Part};

use super::canvas::{Area, COLOURS, DrawResult, LETTERS};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::record::{Record, Trained};

/// Of everything that learns.
pub const KIND: Kind = Kind {
    name: "curves",
    title: "Learning curves",
    shows: "what is measured, over the epochs",
    draw,
};

/// Width and height of a panel.
const PANEL: (u32, u32) = (800, 480);

fn draw(subject: &Subject<'_>) -> Drawn {
    let mut rows = subject.record.implementations.iter();
    if rows.all(|row| row.epochs.is_empty()) {
        return Ok(None);
    }
    let caption = format!("{}: what was measured after each epoch.", subject.name());
    Ok(Some(KIND.picture(caption, svg(subject.record)?)))
}

/// An SVG of the curves of a run, the panels below each other: what is measured on the test samples
/// as a full line, on the training samples paler, on those held back, where there are any, thin.
///
/// # Errors
/// When nothing finite can be drawn.
pub fn svg(record: &Record) -> Result<String, Box<dyn std::error::Error>> {
    let mut names: Vec<&str> = Vec::new();
    for measure in record.measured().filter(|measure| measure.part.is_some()) {
        if !names.contains(&measure.name.as_str()) {
            names.push(&measure.name);
        }
    }
    let panels = names.len().max(1);
    let mut text = String::new();
    {
        let size = (PANEL.0, PANEL.1 * panels as u32);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        for (panel, name) in root.split_evenly((panels, 1)).iter().zip(names) {
            draw_panel(record, name, panel)?;
        }
        root.present()?;
    }
    Ok(text)
}

/// One panel: the measures of that name.
fn draw_panel(record: &Record, name: &str, panel: &Area<'_>) -> DrawResult {
    let measures: Vec<&Measure> = record.measured().filter(|m| m.name == name).collect();
    let points = || {
        let of_measure = |measure: &Measure| {
            let series = |trained: &Trained| trained.series(measure);
            record
                .implementations
                .iter()
                .flat_map(series)
                .collect::<Vec<_>>()
        };
        measures.iter().flat_map(move |measure| of_measure(measure))
    };
    let last = points().map(|(epoch, _)| epoch).fold(1, usize::max);
    let values = || points().map(|(_, value)| value).filter(|v| v.is_finite());
    // What falls has 0 for an aim, and its end lies low; what rises is seen where it is.
    let rises = measures.iter().any(|m| m.better == Some(Better::Higher));
    let highest = values().fold(1e-12, f64::max);
    let lowest = values().fold(if rises { highest } else { 0.0 }, f64::min);
    let margin = (0.05 * (highest - lowest)).max(1e-3 * highest);
    let bottom = if rises || lowest < 0.0 {
        lowest - margin
    } else {
        0.0
    };
    let legend = match rises {
        true => SeriesLabelPosition::LowerRight,
        false => SeriesLabelPosition::UpperRight,
    };
    let mut chart = ChartBuilder::on(panel)
        .caption(format!("{}: {name}", record.name), ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..last as f64, bottom..highest + margin)?;
    let scientific = |value: &f64| format!("{value:.1e}");
    let mut mesh = chart.configure_mesh();
    if !(1e-3..1e6).contains(&highest) {
        mesh.y_label_formatter(&scientific);
    }
    mesh.x_desc("epoch")
        .y_desc(name)
        .max_light_lines(1)
        .label_style(("sans-serif", LETTERS))
        .draw()?;
    for (trained, colour) in record.implementations.iter().zip(COLOURS.iter().cycle()) {
        for measure in &measures {
            let Some(part) = measure.part else { continue };
            let style = style(part, *colour);
            let points = trained.series(measure).into_iter();
            let points = points.map(|(epoch, value)| (place(part, epoch), value));
            let points: Vec<_> = points.filter(|(_, value)| value.is_finite()).collect();
            if points.is_empty() {
                continue;
            }
            chart
                .draw_series(LineSeries::new(points, style))?
                .label(format!("{}, {}", trained.implementation, part.name()))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
        }
    }
    chart
        .configure_series_labels()
        .position(legend)
        .label_font(("sans-serif", LETTERS))
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

fn style(part: Part, colour: RGBColor) -> ShapeStyle {
    match part {
        Part::Test => colour.stroke_width(2),
        Part::Train => colour.mix(0.35).stroke_width(2),
        Part::Validation => colour.stroke_width(1),
    }
}

/// Where an epoch stands: what is measured while learning is a mean over the whole of it.
fn place(part: Part, epoch: usize) -> f64 {
    match part {
        Part::Train => epoch as f64 - 0.5,
        Part::Validation | Part::Test => epoch as f64,
    }
}
