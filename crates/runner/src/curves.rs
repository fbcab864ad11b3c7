//! Learning curves as a picture: test loss over the epochs, one line for each implementation.

use plotters::prelude::*;

use crate::record::Record;

const COLOURS: [RGBColor; 3] = [
    RGBColor(0, 90, 181),
    RGBColor(220, 50, 32),
    RGBColor(0, 130, 60),
];

type DrawResult = Result<(), Box<dyn std::error::Error>>;

/// An SVG of the curves of a run: train loss dashed by points, test loss as a line.
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
    let losses = || epochs().flat_map(|e| [e.train_loss, e.test_loss]);
    let last = epochs().map(|e| e.epoch).max().unwrap_or(1);
    let highest = losses().filter(|l| l.is_finite()).fold(1e-12, f64::max);
    let mut chart = ChartBuilder::on(root)
        .caption(format!("{}: loss", record.name), ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..last as f64, 0.0..highest * 1.05)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
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
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}
