//! Learning curves as a picture: the losses over the epochs, a colour for each row of the table.

use plotters::prelude::*;

use crate::record::{Epoch, Record};

const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 90, 181),
    RGBColor(220, 50, 32),
    RGBColor(0, 130, 60),
    RGBColor(230, 130, 0),
    RGBColor(130, 60, 160),
    RGBColor(90, 90, 90),
];

type DrawResult = Result<(), Box<dyn std::error::Error>>;

/// An SVG of the curves of a run: the test loss as a full line, the training loss paler, the
/// validation loss, where there is one, thin.
///
/// # Errors
/// When nothing finite can be drawn.
pub fn svg(record: &Record) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (800, 480)).into_drawing_area();
        root.fill(&WHITE)?;
        draw(record, &root)?;
        root.present()?;
    }
    Ok(text)
}

fn draw(record: &Record, root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> DrawResult {
    let epochs = || record.implementations.iter().flat_map(|t| &t.epochs);
    let losses = || {
        let known = |e: &Epoch| [Some(e.train_loss), Some(e.test_loss), e.validation_loss];
        epochs().flat_map(known).flatten()
    };
    let last = epochs().map(|e| e.epoch).max().unwrap_or(1);
    let highest = losses().filter(|l| l.is_finite()).fold(1e-12, f64::max);
    let mut chart = ChartBuilder::on(root)
        .caption(format!("{}: loss", record.name), ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..last as f64, 0.0..highest * 1.05)?;
    let scientific = |loss: &f64| format!("{loss:.1e}");
    let mut mesh = chart.configure_mesh();
    if !(1e-3..1e6).contains(&highest) {
        mesh.y_label_formatter(&scientific);
    }
    mesh.x_desc("epoch")
        .y_desc("loss")
        .light_line_style(WHITE)
        .draw()?;
    for (trained, colour) in record.implementations.iter().zip(COLOURS.iter().cycle()) {
        let test = trained.epochs.iter().map(|e| (e.epoch as f64, e.test_loss));
        let train = trained
            .epochs
            .iter()
            .map(|e| (e.epoch as f64 - 0.5, e.train_loss));
        let name = &trained.implementation;
        chart
            .draw_series(LineSeries::new(test, colour.stroke_width(2)))?
            .label(format!("{name}, test"))
            .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
        chart
            .draw_series(LineSeries::new(train, colour.mix(0.35).stroke_width(2)))?
            .label(format!("{name}, training"))
            .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.mix(0.35)));
        let held = trained
            .epochs
            .iter()
            .filter_map(|e| Some((e.epoch as f64, e.validation_loss?)));
        let held: Vec<_> = held.collect();
        if !held.is_empty() {
            chart
                .draw_series(LineSeries::new(held, colour.stroke_width(1)))?
                .label(format!("{name}, validation"))
                .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(1)));
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}
