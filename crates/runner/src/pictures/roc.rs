//! Receiver operating characteristics: the share of a class that is found against the share of all
//! others that is taken for it, from the strictest to the loosest bound of its score.

use std::error::Error;

use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::canvas::{self, COLOURS, DrawResult, LETTERS};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::evaluate::cases;
use crate::evaluate::classification::Classification;
use crate::numbers::number;

/// Of classifiers with scores.
pub const KIND: Kind = Kind {
    name: "roc",
    title: "ROC curves",
    shows: "of scores: each class against the rest, and their mean",
    draw,
};

const SIZE: (u32, u32) = (640, 600);
/// Points where the mean is taken, and as near as points of a curve are kept.
const STEPS: usize = 250;
/// Curves are told apart by their lines, too: dashes and gaps between them, in pixels.
const DASHES: [Option<(u32, u32)>; COLOURS.len()] = [
    None,
    Some((9, 4)),
    Some((4, 4)),
    Some((2, 3)),
    Some((14, 3)),
    Some((6, 8)),
];
/// Curves that are pale and have no name, at most.
const MOST_PALE: usize = 30;

/// A class against the rest.
struct Curve {
    name: String,
    area: f64,
    /// False and true positives, as shares, from (0, 0) to (1, 1), as near as they can be told
    /// apart.
    points: Vec<(f64, f64)>,
}

fn draw(subject: &Subject<'_>) -> Drawn {
    let cases = subject.cases()?.map(|cases| &cases.subject);
    let Some(cases::Subject::Classes(of)) = cases else {
        return Ok(None);
    };
    let curves = curves(of);
    if curves.is_empty() {
        return Ok(None);
    }
    let mean = mean(&curves);
    let caption = format!(
        "{}: the share of a class that is found against the share of all others that is taken for \
         it, on {} test cases; the areas are {} on average.",
        subject.name(),
        of.about().truth.len(),
        number(mean.area, 4)
    );
    Ok(Some(
        KIND.picture(caption, svg(subject.name(), &curves, &mean)?),
    ))
}

/// Those of the classes that have one, the smallest area first. Of two classes that of the second:
/// the other one is its mirror image.
fn curves(of: &Classification) -> Vec<Curve> {
    let (names, cases) = (&of.about().classes, of.about().truth.len());
    let weights = vec![1.0; cases];
    let only = if names.len() == 2 { 1 } else { 0 };
    let classes = names.iter().zip(of.rankings()).skip(only);
    let curve = |(name, ranking): (&String, &crate::evaluate::ranking::Ranking)| Curve {
        name: name.clone(),
        area: ranking.roc_auc(&weights),
        points: thinned(&ranking.roc(&weights)),
    };
    let mut curves: Vec<Curve> = classes.map(curve).filter(|c| c.area.is_finite()).collect();
    curves.sort_by(|a, b| a.area.total_cmp(&b.area));
    curves
}

/// The mean of curves, step by step.
fn mean(curves: &[Curve]) -> Curve {
    let count = curves.len() as f64;
    let step = |step: usize| {
        let x = step as f64 / STEPS as f64;
        (
            x,
            curves
                .iter()
                .map(|curve| height(&curve.points, x))
                .sum::<f64>()
                / count,
        )
    };
    let points = (0..=STEPS).map(step);
    Curve {
        name: "mean of the classes".into(),
        area: curves.iter().map(|curve| curve.area).sum::<f64>() / count,
        points: [(0.0, 0.0)].into_iter().chain(points).collect(),
    }
}

/// How high a curve is: at a step its upper end.
fn height(points: &[(f64, f64)], x: f64) -> f64 {
    let behind = points.partition_point(|point| point.0 <= x);
    let (a, b) = (points[behind - 1], points.get(behind));
    b.map_or(a.1, |b| a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0))
}

/// Without points that are nearer to the last one than can be seen.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let near = 1.0 / (2 * STEPS) as f64;
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (index, &(x, y)) in points.iter().enumerate() {
        let far = kept.last().is_none_or(|l| x - l.0 > near || y - l.1 > near);
        if far || index + 1 == points.len() {
            kept.push((x, y));
        }
    }
    kept
}

fn svg(name: &str, curves: &[Curve], mean: &Curve) -> Result<String, Box<dyn Error>> {
    canvas::svg(SIZE, |root| {
        let mut chart = ChartBuilder::on(root)
            .caption(format!("{name}: ROC"), ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(46)
            .y_label_area_size(64)
            .build_cartesian_2d(-0.01..1.0, 0.0..1.01)?;
        chart
            .configure_mesh()
            .x_desc("share of all others taken for the class")
            .y_desc("share of the class found")
            .max_light_lines(1)
            .label_style(("sans-serif", LETTERS))
            .draw()?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.3)))?;
        let pale = BLACK.mix(0.2).stroke_width(1);
        let unnamed = curves.get(COLOURS.len()..).unwrap_or_default();
        for curve in unnamed.iter().take(MOST_PALE) {
            chart.draw_series(LineSeries::new(curve.points.clone(), pale))?;
        }
        for ((curve, colour), dashes) in curves.iter().zip(COLOURS).zip(DASHES) {
            draw_named(&mut chart, curve, colour.stroke_width(2), dashes)?;
        }
        if curves.len() > 1 {
            draw_named(&mut chart, mean, BLACK.stroke_width(3), None)?;
        }
        if !unnamed.is_empty() {
            let none: [(f64, f64); 0] = [];
            chart
                .draw_series(LineSeries::new(none, pale))?
                .label(format!("{} better classes", unnamed.len()))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], pale));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .label_font(("sans-serif", LETTERS))
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        Ok(())
    })
}

/// What curves are drawn in.
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A curve with its name and area in the legend.
fn draw_named(
    chart: &mut Chart<'_, '_>,
    curve: &Curve,
    style: ShapeStyle,
    dashes: Option<(u32, u32)>,
) -> DrawResult {
    let points = curve.points.clone();
    let drawn = match dashes {
        None => chart.draw_series(LineSeries::new(points, style))?,
        Some((dash, gap)) => chart.draw_series(DashedLineSeries::new(points, dash, gap, style))?,
    };
    let label = format!("{}: area {}", curve.name, number(curve.area, 4));
    drawn.label(label).legend(move |(x, y)| {
        let (line, (dash, gap)) = ([(x, y), (x + 24, y)], dashes.unwrap_or((24, 0)));
        DashedPathElement::new(line, dash, gap, style)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> Curve {
        Curve {
            name: "a".into(),
            area: 0.5,
            points: points.to_vec(),
        }
    }

    #[test]
    fn a_mean_stands_between_its_curves() {
        let (perfect, chance) = (
            curve(&[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]),
            curve(&[(0.0, 0.0), (1.0, 1.0)]),
        );
        let mean = mean(&[perfect, chance]);
        assert_eq!(mean.points[0], (0.0, 0.0));
        assert_eq!(mean.points[1], (0.0, 0.5), "the upper end of the step");
        assert_eq!(mean.points[1 + STEPS / 2], (0.5, 0.75));
        assert_eq!(mean.points[1 + STEPS], (1.0, 1.0));
    }

    #[test]
    fn points_that_nobody_can_tell_apart_are_left_out() {
        let many: Vec<_> = (0..=100_000).map(|i| (f64::from(i) / 1e5, 1.0)).collect();
        let kept = thinned(&many);
        assert!(kept.len() <= 2 * STEPS + 2, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), ((0.0, 1.0), (1.0, 1.0)));
    }
}
