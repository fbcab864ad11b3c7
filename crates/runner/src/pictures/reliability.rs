//! A reliability diagram: how often answers are right that are so sure, and how many are so sure.

use plotters::prelude::*;

use super::canvas::{self, Area, COLOURS, DrawResult, LETTERS};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::evaluate::cases;
use crate::evaluate::probabilities::{BINS, Bin};
use crate::numbers::number;

/// Of classifiers with probabilities.
pub const KIND: Kind = Kind {
    name: "reliability",
    title: "Reliability diagram",
    shows: "of probabilities: how often an answer is right that is so sure",
    draw,
};

const SIZE: (u32, u32) = (640, 680);
/// Height of the upper part.
const UPPER: u32 = 460;

fn draw(subject: &Subject<'_>) -> Drawn {
    let cases = subject.cases()?.map(|cases| &cases.subject);
    let Some(cases::Subject::Classes(of)) = cases else {
        return Ok(None);
    };
    let Some(bins) = of.bins() else {
        return Ok(None);
    };
    let error = gap(&bins);
    let caption = format!(
        "{}: how often answers of a confidence are right (points; on the line both agree), and how \
         many of {} test cases have it (bars); the calibration error is {}.",
        subject.name(),
        of.about().truth.len(),
        number(error, 4)
    );
    let title = format!("{}: calibration error {}", subject.name(), number(error, 4));
    let svg = canvas::svg(SIZE, |root| {
        let (upper, lower) = root.split_vertically(UPPER);
        shares(&upper, &title, &bins)?;
        counts(&lower, &bins)
    })?;
    Ok(Some(KIND.picture(caption, svg)))
}

/// The expected calibration error.
fn gap(bins: &[Bin; BINS]) -> f64 {
    let cases: f64 = bins.iter().map(|bin| bin.cases).sum();
    let gaps = bins
        .iter()
        .map(|bin| bin.cases * (bin.right - bin.confidence).abs());
    gaps.sum::<f64>() / cases
}

/// Of each bin with a case the share that is right against the mean confidence.
fn shares(area: &Area<'_>, title: &str, bins: &[Bin; BINS]) -> DrawResult {
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(24)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..1.0, 0.0..1.02)?;
    chart
        .configure_mesh()
        .y_desc("share that is right")
        .max_light_lines(1)
        .label_style(("sans-serif", LETTERS))
        .draw()?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.4)))?;
    let filled = || bins.iter().filter(|bin| bin.cases > 0.0);
    let gaps = filled().map(|bin| {
        let ends = [
            (bin.confidence, bin.confidence),
            (bin.confidence, bin.right),
        ];
        PathElement::new(ends, COLOURS[1].stroke_width(2))
    });
    chart.draw_series(gaps)?;
    let points = filled().map(|bin| (bin.confidence, bin.right));
    let style = COLOURS[0].filled();
    chart.draw_series(LineSeries::new(points.clone(), COLOURS[0].stroke_width(2)))?;
    chart.draw_series(points.map(|point| Circle::new(point, 4, style)))?;
    Ok(())
}

/// How many cases each bin has.
fn counts(area: &Area<'_>, bins: &[Bin; BINS]) -> DrawResult {
    let most = bins.iter().map(|bin| bin.cases).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..1.0, 0.0..1.05 * most)?;
    let whole = |y: &f64| format!("{y:.0}");
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("confidence: probability of the answer")
        .y_desc("cases")
        .y_label_formatter(&whole)
        .y_labels(4)
        .max_light_lines(1)
        .label_style(("sans-serif", LETTERS))
        .draw()?;
    let bars = bins.iter().enumerate().filter(|(_, bin)| bin.cases > 0.0);
    let ends = |bin: usize| bin as f64 / BINS as f64;
    let bars = bars.map(|(index, bin)| {
        let corners = [(ends(index), 0.0), (ends(index + 1), bin.cases)];
        Rectangle::new(corners, COLOURS[0].mix(0.6).filled())
    });
    chart.draw_series(bars)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bins_with_cases_have_a_point_and_a_bar() {
        let mut bins = [Bin::default(); BINS];
        bins[7] = Bin {
            cases: 30.0,
            confidence: 0.5,
            right: 0.4,
        };
        bins[14] = Bin {
            cases: 70.0,
            confidence: 0.98,
            right: 1.0,
        };
        assert!((gap(&bins) - (0.3 * 0.1 + 0.7 * 0.02)).abs() < 1e-15);
        let svg = canvas::svg(SIZE, |root| {
            let (upper, lower) = root.split_vertically(UPPER);
            shares(&upper, "title", &bins)?;
            counts(&lower, &bins)
        });
        let svg = svg.unwrap();
        assert_eq!(svg.matches("<circle").count(), 2, "{svg}");
        assert_eq!(svg.matches("<rect").count(), 1 + 2, "{svg}");
    }
}
